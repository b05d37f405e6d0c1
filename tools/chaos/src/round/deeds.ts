/** What shows that a deed has come to effect: undefined when it has, else what is missing. */
export type Lack = () => string | undefined;
/** Does a deed. */
export type Act = () => Promise<Lack>;
/** For each deed: how it is done to a workspace, or undefined while it cannot be. */
export type Acts<D extends string> = Readonly<Record<D, (workspace: string) => Act | undefined>>;

/** Nothing has to follow. */
export const EFFECTIVE: Lack = () => undefined;

export interface DeedsOptions<D extends string> {
  readonly acts: Acts<D>;
  /** Chooses the workspace that it is done to; undefined while there is none. */
  readonly whom: (deed: D) => string | undefined;
  /** Nobody will come any more whom it could be done to. */
  readonly isTooLate: () => boolean;
  readonly note: (what: string) => void;
}

/** Does to the round what the fault says, once, as soon as there is somebody to do it to. */
export class Deeds<D extends string> {
  readonly #options: DeedsOptions<D>;
  readonly #deed: D | undefined;
  #armed = false;
  #over = false;
  #lack: Lack | undefined;

  constructor(deed: D | undefined, options: DeedsOptions<D>) {
    this.#deed = deed;
    this.#options = options;
  }

  /** How many deeds there were: 0 or 1. */
  get count(): number {
    return this.#lack === undefined ? 0 : 1;
  }

  /** The deed is due from now on. */
  arm(): void {
    this.#armed = true;
  }

  /** Does the deed if it is due. @returns what is still missing of it, if anything. */
  async tick(): Promise<string | undefined> {
    if (!this.#armed || this.#deed === undefined) return undefined;
    if (!this.#over) await this.#tryTo(this.#deed);
    return this.#over ? this.#lack?.() : `nobody there to ${this.#deed}`;
  }

  async #tryTo(deed: D): Promise<void> {
    const { acts, whom, isTooLate, note } = this.#options;
    const workspace = whom(deed);
    if (workspace === undefined) {
      this.#over = isTooLate();
      return;
    }
    const act = acts[deed](workspace);
    if (act === undefined) return;
    this.#over = true;
    note(`${deed} of ${workspace}`);
    this.#lack = await act();
  }
}
