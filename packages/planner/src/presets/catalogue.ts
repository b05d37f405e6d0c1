import { phi3Presets } from './phi-3.ts';
import type { Preset } from './preset.ts';

/** Every model that this version serves by name. */
export const presets: readonly Preset[] = [...phi3Presets];
