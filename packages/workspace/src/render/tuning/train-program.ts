import { trainCheckpoints } from './train-checkpoints.ts';

/**
 * The program that trains: KAITO's fine_tuning.py with what it lacks. It is mounted into the image of the trainer, and needs Python 3.10
 * and what fine_tuning.py itself needs: transformers (4.41, and 5), accelerate.
 *
 * Environment: `RUN_ID` (whose checkpoints and results count), `RESULTS_DIR` (the `output_dir` of the training config; lets a run that is
 * complete end before the model is loaded), `RUN_DIR` (gets the file trainer.exit with the exit code, which the launcher of
 * accelerate does not hand on). Exit code 64: trying again cannot help.
 */
export const trainProgram = String.raw`# Trains with KAITO's fine_tuning.py, goes on from the last whole checkpoint, and tells how far it is.
import hashlib
import json
import math
import os
import re
import runpy
import shutil
import sys
import time
import traceback
import zipfile

RUN_FILE = "kaito-run.json"
SENTINEL = "fine_tuning_completed.txt"
CHECKPOINT = re.compile(r"checkpoint-(\d+)")
CANNOT_HELP = 64


def tell(**values):
    print(json.dumps({"kaito.training": values}, separators=(",", ":")), flush=True)


def note(text):
    print("train.py: " + text, file=sys.stderr, flush=True)


${trainCheckpoints}# ---- the trainer ----


class Progress:
    """What is told of a training, on all of its processes; only the first speaks."""

    def __init__(self):
        self.last = {}
        self.since = None

    def begin(self, state):
        self.last = {"step": state.global_step, "steps": state.max_steps}
        if state.is_world_process_zero:
            resumed = {"resumedFrom": state.global_step} if state.global_step > 0 else {}
            tell(**resumed, **self.last)

    def step_begins(self, state):
        if self.since is None:
            self.since = (state.global_step, time.monotonic())

    def logged(self, state, logs):
        loss = as_number(logs.get("loss"))
        if loss is None or not state.is_world_process_zero:
            return
        values = {"step": state.global_step, "steps": state.max_steps}
        epoch = as_number(logs.get("epoch", state.epoch))
        if epoch is not None:
            values["epoch"] = round(epoch, 4)
        values["loss"] = round(loss, 6) if math.isfinite(loss) else str(loss)
        self.last = dict(values)
        now = time.monotonic()
        if self.since and state.global_step > self.since[0]:
            values["secondsPerStep"] = round((now - self.since[1]) / (state.global_step - self.since[0]), 4)
        self.since = (state.global_step, now)
        tell(**values)

    def saved(self, args, state):
        if not state.is_world_process_zero:
            return
        sync(os.path.join(args.output_dir, "checkpoint-" + str(state.global_step)))
        tell(step=state.global_step, steps=state.max_steps, checkpoint=state.global_step)

    def ended(self, state):
        self.last = {**self.last, "step": state.global_step, "steps": state.max_steps}


def as_number(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def patch_trainer(run_id, progress):
    """Makes the Trainer of transformers, which TRL's is made from, go on where this run was, and tell how far it is."""
    from accelerate import PartialState
    from accelerate.utils import broadcast_object_list
    from transformers import Trainer, TrainerCallback

    class Teller(TrainerCallback):
        def on_train_begin(self, args, state, control, **others):
            progress.begin(state)

        def on_step_begin(self, args, state, control, **others):
            progress.step_begins(state)

        def on_log(self, args, state, control, logs=None, **others):
            progress.logged(state, logs or {})

        def on_save(self, args, state, control, **others):
            # Each process has written a part of the checkpoint.
            PartialState().wait_for_everyone()
            progress.saved(args, state)

        def on_train_end(self, args, state, control, **others):
            progress.ended(state)

    train = Trainer.train

    def resumed(self, resume_from_checkpoint=None, *arguments, **named):
        folder = self.args.output_dir
        agreed = [None]
        if self.args.process_index == 0:
            agreed = [{"complete": True}] if is_complete(folder, run_id) else [{"checkpoint": prepare(folder, run_id)}]
        broadcast_object_list(agreed)
        if agreed[0].get("complete"):
            raise SystemExit(0)
        self.add_callback(Teller())
        return train(self, resume_from_checkpoint or agreed[0]["checkpoint"], *arguments, **named)

    Trainer.train = resumed


# Columns by which TRL knows what an example is.
KNOWN_COLUMNS = {"messages", "conversations", "prompt", "input_ids"}


# What a tokenizer pads.
PADDED = ("input_ids", "attention_mask", "token_type_ids", "special_tokens_mask")


def keep_what_is_padded(collator):
    """The collator of fine_tuning.py makes labels of its own, and fails at those of TRL where the examples of a batch differ in length."""
    if getattr(collator, "mlm", None) is not False or not hasattr(collator, "torch_call"):
        return
    collate = collator.torch_call
    collator.torch_call = lambda examples: collate([{key: one[key] for key in PADDED if key in one} for one in examples])


def patch_sft_trainer():
    """fine_tuning.py names no column for plain text, and so takes the default of TRL away: text."""
    from trl import SFTTrainer

    make = SFTTrainer.__init__

    def made(self, *arguments, **named):
        settings, data = named.get("args"), named.get("train_dataset")
        columns = set(getattr(data, "column_names", None) or [])
        # TRL had this among the arguments of the trainer before version 0.13.
        if getattr(settings, "dataset_text_field", "text") is None and not columns & KNOWN_COLUMNS:
            if columns and "text" not in columns:
                known = "use messages, prompt and completion, or text"
                raise ValueError(f"Column 'text' does not exist in the dataset. Available columns: {sorted(columns)}; {known}")
            settings.dataset_text_field = "text"
        keep_what_is_padded(named.get("data_collator"))
        make(self, *arguments, **named)

    SFTTrainer.__init__ = made


# ---- failures ----

# What the settings or the data are to blame for: the next try would end the same way. Words of KAITO's fine_tuning.py, dataset.py and cli.py,
# of transformers' HfArgumentParser and TrainingArguments, of PEFT and of TRL.
FINAL = re.compile(
    r"Column '.*' does not exist in the dataset"
    r"|Column name .* not in the dataset"
    r"|you didn't pass a .dataset_text_field. or .formatting_func. argument"
    r"|tokenizer\.chat_template is not set"
    r"|Unable to find a valid dataset file"
    r"|Unable to load dataset"
    r"|Train/Test split needs to be between"
    r"|Target modules .* not found in the base model"
    r"|Please specify .target_modules. in .peft_config."
    r"|Some specified arguments are not used by the HfArgumentParser"
    r"|is not a valid \w+, please select one of"
    r"|Invalid torch dtype"
    r"|LoraConfig must be specified",
    re.DOTALL,
)


def cannot_help(error):
    """Whether another try must end as this one did."""
    chain = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    if any(isinstance(one, PermissionError) for one in chain):
        return True
    # A volume that fails for a moment is behind some of the words below.
    if any(isinstance(one, OSError) and not isinstance(one, FileNotFoundError) for one in chain):
        return False
    return any(is_final(one) for one in chain)


def is_final(error):
    # The GPUs are this pod's alone and examples come in the same order each time: memory that was too small for a batch is so again.
    if type(error).__name__ == "OutOfMemoryError" or "CUDA out of memory" in str(error):
        return True
    return type(error).__module__.startswith("yaml") or FINAL.search(str(error)) is not None


def leave(code):
    """Ends with a code, which the launcher of accelerate does not hand on: it is left in a file too."""
    if code == CANNOT_HELP:
        try:
            with open(os.path.join(os.environ.get("RUN_DIR", "/run/kaito"), "trainer.exit"), "w") as file:
                file.write(str(code))
        except OSError as error:
            note("the exit code cannot be handed on: " + str(error))
    sys.exit(code)


def tell_done(run):
    tell(**{key: run[key] for key in ("step", "steps") if key in run}, done=True, **({"loss": run["loss"]} if "loss" in run else {}))


def seed(run_id):
    # fine_tuning.py shuffles without a seed. Each process, and each try, must have the examples in the same order.
    import numpy

    numpy.random.seed(int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:4], "little"))


def train(run_id):
    progress = Progress()
    patch_trainer(run_id, progress)
    patch_sft_trainer()
    seed(run_id)
    program = os.path.join(os.getcwd(), "fine_tuning.py")
    sys.path.insert(0, os.getcwd())
    sys.argv = [program]
    done = runpy.run_path(program, run_name="__main__")
    arguments = done.get("ta_args")
    if os.environ.get("RANK", "0") != "0":
        return
    if arguments is not None:
        write_run(arguments.output_dir, {"runId": run_id, **progress.last})
        sync(arguments.output_dir)
    tell_done(progress.last)


def main():
    run_id = os.environ.get("RUN_ID", "")
    if not run_id:
        note("RUN_ID is not set: it must name the run, so that checkpoints of others are left alone")
        leave(CANNOT_HELP)
    results = os.environ.get("RESULTS_DIR")
    if results and is_complete(results, run_id):
        if os.environ.get("RANK", "0") == "0":
            tell_done(read_run(results))
        return
    try:
        train(run_id)
    except SystemExit as error:
        # argparse ends so where a setting has a value that it cannot have.
        leave(CANNOT_HELP if error.code == 2 else error.code)
    except BaseException as error:
        traceback.print_exc()
        leave(CANNOT_HELP if cannot_help(error) else 1)


if __name__ == "__main__":
    main()
`;
