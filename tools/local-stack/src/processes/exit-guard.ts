import { realProcess, signalGroup } from './host-process.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Pids of the children that must not outlive this process; each leads a group of its own. */
const guarded = new Set<number>();
let installed = false;

/** Makes sure that the group led by `pid` is killed when this process ends: by exit, uncaught error or signal. */
export function guard(pid: number): void {
  guarded.add(pid);
  install();
}

/** Takes a child that has ended off the list. */
export function release(pid: number): void {
  guarded.delete(pid);
}

function install(): void {
  if (installed) return;
  installed = true;
  realProcess.on('exit', killAll);
  for (const signal of SIGNALS) {
    const listener = (): void => {
      // Somebody else handles this signal and is free to stop the stack in good order; `exit` is still there if not.
      if (realProcess.listenerCount(signal) > 1) return;
      killAll();
      realProcess.removeListener(signal, listener);
      realProcess.kill(realProcess.pid, signal);
    };
    realProcess.on(signal, listener);
  }
}

function killAll(): void {
  for (const pid of guarded) signalGroup(pid, 'SIGKILL');
  guarded.clear();
}
