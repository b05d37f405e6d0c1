/** The part of the program that trains which knows files: whether a checkpoint is whole, and whose run a folder is of. */
export const trainCheckpoints = String.raw`# ---- files ----


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


`;
