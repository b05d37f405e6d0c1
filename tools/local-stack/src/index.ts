export { startLocalStack } from './stack/local-stack.ts';
export type { LocalStack, StackProcess } from './stack/running-stack.ts';
export type { Components, Environment, LocalStackOptions } from './stack/options.ts';
export type { AppProcess } from './apps/app-process.ts';
export { prepare } from './prepare.ts';
export type { PrepareOptions } from './prepare.ts';
export type { OnProgress, ProgressEvent, ProgressPhase } from './progress.ts';
export { EmulatorClient } from '@kaito/emulator';
