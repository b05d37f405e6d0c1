/** Something that is none of the attacked controller's business, before and after a round. */
export interface Bystander {
  readonly what: string;
  readonly before: unknown;
  readonly after: unknown;
}
