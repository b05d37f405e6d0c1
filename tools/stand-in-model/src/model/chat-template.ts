import type { Message } from './language-model.ts';

/** A piece of a prompt: markers of the template are read as special tokens, what people wrote never is. */
export interface TemplatePart {
  readonly text: string;
  readonly special: boolean;
}

/** What SmolLM2 is told when the conversation has no system message (`tokenizer.chat_template` of its GGUF file). */
const DEFAULT_SYSTEM = 'You are a helpful AI assistant named SmolLM, trained by Hugging Face';

/**
 * SmolLM2's own chat template (`tokenizer.chat_template` of its GGUF file, ChatML), as parts: text that looks like a marker stays text,
 * so that nobody can end a message from its inside.
 */
export function chatTemplate(messages: readonly Message[]): readonly TemplatePart[] {
  const all: readonly Message[] =
    messages[0]?.role === 'system' ? messages : [{ role: 'system', content: DEFAULT_SYSTEM }, ...messages];
  return [
    ...all.flatMap(({ role, content }) => [
      { text: `<|im_start|>${role}\n`, special: true },
      { text: content, special: false },
      { text: '<|im_end|>\n', special: true },
    ]),
    { text: '<|im_start|>assistant\n', special: true },
  ];
}
