import type { Model, TransformersSettings } from '../models/model.ts';
import { commandLine, shellCommand, type Flags } from './shell.ts';

const launcher = 'accelerate launch';
const launcherFlags: Flags = { num_processes: '1', num_machines: '1', machine_rank: '0', gpu_ids: 'all' };
const server = '/workspace/tfs/inference_api.py';
const chatTemplates = '/workspace/chat_templates';

/**
 * The command of the transformers server in KAITO's base image (KAITO v0.12, presets/workspace/inference/text-generation).
 *
 * @param weightsPath folder of the node's own copy of the weights, if that is to be used
 */
export function transformersCommand(
  model: Model,
  settings: TransformersSettings,
  weightsPath: string | undefined,
): readonly string[] {
  const flags: Flags = {
    pretrained_model_name_or_path: weightsPath ?? model.id,
    ...(weightsPath === undefined && { allow_remote_files: true as const }),
    ...(weightsPath === undefined && model.revision !== undefined && { revision: model.revision }),
    served_model_name: model.servedName,
    pipeline: 'text-generation',
    torch_dtype: settings.dtype,
    ...(model.trustRemoteCode && { trust_remote_code: true as const }),
    ...(settings.chatTemplate !== undefined && { chat_template: `${chatTemplates}/${settings.chatTemplate}` }),
  };
  return shellCommand(`${commandLine(launcher, launcherFlags)} ${commandLine(server, flags)}`);
}
