export { startEmulator } from './emulator.ts';
export type { Emulator, EmulatorOptions } from './emulator.ts';
export { EmulatorClient, EmulatorError } from './admin/client.ts';
export type { EmulatorClientOptions } from './admin/client.ts';
export { ALLOCATION_CODES, PUBLISHED_ALLOCATION_MIX } from './admin/allocation-protocol.ts';
export type * from './admin/protocol.ts';
export type { NodeProvider } from './nodes/node-provider.ts';
export { VM_SIZES, type VmSize } from './compute/vm-sizes.ts';
