export { STAND_IN, standInModel } from './facts.ts';
export { ensureStandIn, type StandInFiles } from './fetch/ensure-stand-in.ts';
export { serverProgram } from './server-program.ts';
