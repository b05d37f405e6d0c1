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


# ---- files ----


def flaw_of_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            json.load(file)
    except (OSError, ValueError) as error:
        return str(error)
    return None


def flaw_of_safetensors(path):
    # Eight bytes with the length of a header in JSON, the header, and the tensors where it says that they are.
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > size - 8:
                return "its header is cut off"
            header = json.loads(file.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        return None if size == 8 + length + max(ends, default=0) else "it is cut off"
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        return str(error) or type(error).__name__


def flaw_of_archive(path):
    # PyTorch writes zip archives with checksums.
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        return None if damaged is None else damaged + " in it is damaged"
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        return str(error)


CHECKS = {".json": flaw_of_json, ".safetensors": flaw_of_safetensors, ".pt": flaw_of_archive, ".pth": flaw_of_archive}


def flaw_of_checkpoint(folder, step):
    """Why training cannot go on from a checkpoint; None where it can."""
    # The trainer writes this file last.
    state = os.path.join(folder, "trainer_state.json")
    flaw = flaw_of_json(state)
    if flaw is not None:
        return "trainer_state.json: " + flaw
    with open(state, encoding="utf-8") as file:
        if json.load(file).get("global_step") != step:
            return "trainer_state.json is of another step"
    names = sorted(os.listdir(folder))
    if not any(name.startswith(("adapter_model.", "model", "pytorch_model")) for name in names):
        return "it has no weights"
    for name in names:
        check = CHECKS.get(os.path.splitext(name)[1])
        flaw = check and check(os.path.join(folder, name))
        if flaw:
            return name + ": " + flaw
    return None


def sync(path):
    """Brings a file, or a folder with its files, onto the disk."""
    if os.path.isdir(path):
        for name in os.listdir(path):
            sync(os.path.join(path, name))
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass  # Some network volumes cannot; they keep what was written all the same.
    finally:
        os.close(handle)


# ---- the run ----


def read_run(folder):
    """What the folder says of the run that it is of; empty where it says nothing that can be read."""
    try:
        with open(os.path.join(folder, RUN_FILE), encoding="utf-8") as file:
            run = json.load(file)
    except (OSError, ValueError):
        return {}
    return run if isinstance(run, dict) else {}


def write_run(folder, run):
    path = os.path.join(folder, RUN_FILE)
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(run, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)
    sync(folder)


def is_complete(folder, run_id):
    if read_run(folder).get("runId") != run_id or not os.path.isfile(os.path.join(folder, SENTINEL)):
        return False
    flaws = [
        flaw_of_json(os.path.join(folder, "adapter_config.json")),
        flaw_of_safetensors(os.path.join(folder, "adapter_model.safetensors")),
    ]
    return flaws == [None, None]


def set_aside(folder):
    """Moves what another run left out of the way: the trainer counts and deletes all checkpoints that it finds."""
    owner = re.sub(r"[^A-Za-z0-9-]", "_", str(read_run(folder).get("runId") or "unknown"))[:100]
    found = [name for name in sorted(os.listdir(folder)) if name == SENTINEL or CHECKPOINT.fullmatch(name)]
    aside = os.path.join(folder, "earlier-runs", owner)
    for name in found:
        os.makedirs(aside, exist_ok=True)
        target = os.path.join(aside, name)
        number = 1
        while os.path.lexists(target):
            number += 1
            target = os.path.join(aside, name + "." + str(number))
        os.rename(os.path.join(folder, name), target)
    if found:
        note("the folder of the results is of another run: moved " + ", ".join(found) + " to " + aside)


def last_checkpoint(folder):
    """The newest checkpoint that is whole; those that are not are removed. None where there is none."""
    found = [match for match in map(CHECKPOINT.fullmatch, os.listdir(folder)) if match]
    for match in sorted(found, key=lambda one: int(one[1]), reverse=True):
        path = os.path.join(folder, match[0])
        flaw = flaw_of_checkpoint(path, int(match[1]))
        if flaw is None:
            return path
        note(match[0] + " is not whole and is removed: " + flaw)
        shutil.rmtree(path)
    return None


def prepare(folder, run_id):
    """Makes the folder this run's own. Returns the checkpoint to go on from, or None."""
    os.makedirs(folder, exist_ok=True)
    if read_run(folder).get("runId") == run_id:
        return last_checkpoint(folder)
    set_aside(folder)
    write_run(folder, {"runId": run_id})
    return None


# ---- the trainer ----


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
