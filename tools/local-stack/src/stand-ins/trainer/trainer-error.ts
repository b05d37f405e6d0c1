/** What makes the trainer fail, in the words of the real one. */
export class TrainerError extends Error {
  override readonly name = 'TrainerError';
  /** As Python calls it, such as `ValueError`. */
  readonly kind: string;
  /** Whether another try must end as this one did. */
  readonly final: boolean;

  constructor(message: string, { kind = 'ValueError', final = true }: { kind?: string; final?: boolean } = {}) {
    super(message);
    this.kind = kind;
    this.final = final;
  }

  /** As Python prints what nobody has caught. */
  get traceback(): string {
    const lines = [
      'Traceback (most recent call last):',
      '  File "/workspace/tfs/fine_tuning.py", line 1, in <module> (stand-in)',
    ];
    return [...lines, `${this.kind}: ${this.message}`].join('\n');
  }
}

/** PyTorch's words for a GPU whose memory is used up (c10/cuda/CUDACachingAllocator.cpp). */
export function outOfMemory(): TrainerError {
  const message =
    'CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79.25 GiB of which 1.52 GiB is free. ' +
    'Including non-PyTorch memory, this process has 77.72 GiB memory in use. Of the allocated memory 76.10 GiB is allocated by PyTorch, ' +
    'and 1.01 GiB is reserved by PyTorch but unallocated.';
  return new TrainerError(message, { kind: 'torch.OutOfMemoryError', final: false });
}
