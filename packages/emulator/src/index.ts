export { startEmulator } from './emulator.ts';
export type { Emulator, EmulatorOptions } from './emulator.ts';
export { EmulatorClient, EmulatorError } from './admin/client.ts';
export type { EmulatorClientOptions } from './admin/client.ts';
export type * from './admin/protocol.ts';
