/** Where our program lies that runs the trainer of the image. */
const program = '/mnt/kaito/train.py';

/**
 * The command of a training in KAITO's images, where the trainer and a server that tells of the GPUs stand in one folder (KAITO, every
 * version, base command of tuning). A process for each GPU learns from its own examples. Accelerate ends with 1 whatever its processes
 * end with, so that the program leaves its exit code in a file; and a shell hands on no signal by itself.
 */
export function trainingCommand(gpus: number): readonly string[] {
  const lines = [
    'cd /workspace/tfs/ || exit 1',
    'rm -f "$RUN_DIR/trainer.exit"',
    'python3 metrics_server.py &',
    `accelerate launch --num_processes=${gpus} ${program} &`,
    'trainer=$!',
    `trap 'kill -TERM "$trainer"' TERM`,
    'wait "$trainer"; code=$?',
    // The signal ends the wait, not the trainer.
    'while kill -0 "$trainer" 2>/dev/null; do wait "$trainer"; code=$?; done',
    'exit "$(cat "$RUN_DIR/trainer.exit" 2>/dev/null || echo "$code")"',
  ];
  return ['/bin/sh', '-c', lines.join('\n')];
}
