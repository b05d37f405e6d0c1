import { diagnose, matchingRow } from './diagnose.ts';
import type { DiagnosisRow, Finding, Symptom } from './diagnosis.ts';
import { diagnosisRows } from './diagnosis-rows.ts';

function exampleOf({ places: [place = 'claim'], example }: DiagnosisRow): Symptom {
  return { place, ...example };
}

const cases = diagnosisRows.map(row => [`${row.cause} in ${row.places[0] ?? ''}: ${row.source}`, row] as const);

describe.each(cases)('%s', (_, row) => {
  const symptom = exampleOf(row);
  const found = diagnose(symptom);

  it('is what its own example is found to be, and no other row takes it away', () => {
    expect(matchingRow(symptom)).toBe(row);
  });

  it('says what is wrong and what to do, with nothing left to fill in', () => {
    expect(`${found.cause} ${found.message} ${found.nextStep}`).not.toMatch(/\{\w+\}|undefined|NaN/);
    expect(found.cause).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(found.evidence).not.toBe('');
  });
});

const azure = (text: string): Symptom => ({ place: 'claim', code: 'LaunchFailed', text });
const log = (text: string): Symptom => ({ place: 'log', text });
const said = (text: string): Symptom => ({ place: 'log', code: 'trainer', text: `Traceback\n${text}\nTraceback\nx` });
const step = (text: string): Symptom => ({ place: 'container', code: 'StepFailed', text });

describe('texts that were seen in the field', () => {
  it.each<[string, Symptom, string, readonly string[]]>([
    [
      'quota, as Azure Resource Manager says it',
      azure(
        'OperationNotAllowed: Operation could not be completed as it results in exceeding approved standardDLSv5Family Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 100, Current Usage: 56, Additional Required: 64, (Minimum) New Limit Required: 120. Submit a request.',
      ),
      'QuotaExceeded',
      ['at least 120 vCPUs', 'standardDLSv5Family', 'eastus'],
    ],
    [
      'quota of the region',
      azure(
        'OperationNotAllowed: Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: westus3, Current Limit: 20, Current Usage: 20, Additional Required: 6, (Minimum) New Limit Required: 26.',
      ),
      'QuotaExceeded',
      ['at least 26 vCPUs', 'westus3'],
    ],
    [
      'quota, as AKS says it',
      azure(
        'ErrCode_InsufficientVCPUQuota: Insufficient vcpu quota requested 24, remaining 10 for family StandardNCADSA100v4Family for region eastus. Surge nodes would also consume vcpu quota.',
      ),
      'QuotaExceeded',
      ['at least 14 more vCPUs', 'StandardNCADSA100v4Family'],
    ],
    ['quota for spot', azure('LowPriorityQuota: not enough'), 'SpotQuotaReached', ['capacityType']],
    ['a size that is away', azure('SkuNotAvailable: not here'), 'SizeNotAvailable', ['resource.alternatives']],
    ['no machine', azure('AllocationFailed: try later; next attempt in 2 min'), 'AllocationFailed', ['tried again']],
    ['no machine in a zone', azure('ZonalAllocationFailed: try later'), 'ZonalAllocationFailed', ['tried again']],
    [
      'too many demands',
      azure('OverconstrainedZonalAllocationRequest: no'),
      'OverconstrainedAllocation',
      ['demand less'],
    ],
    [
      'a size that is away in all zones',
      azure(
        "The requested size Standard_NC24ads_A100_v4 is currently not available in location 'eastus' zones '1,2,3' for subscription 's'.",
      ),
      'SizeNotAvailable',
      ['--location eastus'],
    ],
    [
      'throttling',
      azure(
        'PutManagedClusterHandler.PUT request limit has been exceeded for SubID=s, please retry again in 47 seconds',
      ),
      'AzureThrottled',
      [],
    ],
    ['throttling of all', azure('SubscriptionRequestsThrottled: x'), 'AzureThrottled', []],
    ['a cluster that starts', azure('OriginalEtagNotExpect: etag'), 'ClusterBusy', []],
    [
      'a cluster that is busy',
      azure("Operation is not allowed because there's an in progress create node pool operation"),
      'ClusterBusy',
      [],
    ],
    ['a pool that is gone', azure('Agent Pool not found'), 'AgentPoolGone', []],
    [
      'a cache that is too small',
      log(
        "(EngineCore_DP0 pid=1) ValueError: To serve at least one request with the models's max seq len (262144), (24.0 GiB KV cache is needed, which is larger than the available KV cache memory (3.18 GiB). Based on the available memory, the estimated maximum model length is 34736. Try increasing",
      ),
      'KvCacheTooSmall',
      ['max-model-len: 34736'],
    ],
    [
      'a driver that is missing',
      { place: 'volume', code: 'FailedMount', text: 'driver blob.csi.azure.com not found' },
      'CsiDriverMissing',
      ['az aks update --enable-blob-driver'],
    ],
    [
      'a blob that may not be read',
      log('AuthorizationPermissionMismatch'),
      'StorageRightsMissing',
      ['Blob Data Reader'],
    ],
    [
      'modules that are not there',
      log("Target modules {'foo'} not found in the base model"),
      'AdapterDoesNotFit',
      ['target_modules'],
    ],
    ['a gate', log('401 Client Error: Cannot access gated repo for url x'), 'TokenMissing', ['modelAccessSecret']],
    ...trainings(),
    ...karpenter(),
  ])('%s', (_, symptom, cause, words) => {
    const found = diagnose(symptom);
    expect(found.cause).toBe(cause);
    for (const word of words) expect(`${found.message} ${found.nextStep}`).toContain(word);
  });
});

/** Of KAITO's trainer with transformers 5.14, TRL 1.16 and PEFT 0.11, and of the steps around it. */
function trainings(): readonly [string, Symptom, string, readonly string[]][] {
  return [
    [
      'a choice that is none',
      said(
        "fine_tuning.py: error: argument --save_strategy/--save-strategy: invalid choice: 'sometimes' (choose from 'no', 'steps', 'epoch', 'best')",
      ),
      'TrainingOptionInvalid',
      ['save_strategy', "invalid choice: 'sometimes'"],
    ],
    [
      'memory of a trainer',
      said(
        'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 15.77 GiB',
      ),
      'GpuOutOfMemory',
      ['per_device_train_batch_size', 'qlora'],
    ],
    ['memory of a server', log('torch.OutOfMemoryError: CUDA out of memory.'), 'GpuOutOfMemory', ['max-model-len']],
    [
      'modules of a trainer',
      said("ValueError: Target modules {'q_projection'} not found in the base model. Please check the target modules"),
      'TargetModulesMissing',
      ['LoraConfig.target_modules'],
    ],
    [
      'a full disk of a step',
      step('step data ended with exit code 1: write /mnt/data/a: no space left on device'),
      'NodeDiskFull',
      [],
    ],
    [
      'a step that is told no more of',
      step('step output (push secret "push") ended with exit code 1'),
      'StepFailed',
      ['kubectl logs -c output'],
    ],
  ];
}

/** Reasons of Karpenter's Azure provider, with words that say nothing. */
function karpenter(): readonly [string, Symptom, string, readonly string[]][] {
  const causes = {
    SubscriptionQuotaReached: 'QuotaExceeded',
    SKUNotAvailable: 'SizeNotAvailable',
    ZonalAllocationFailure: 'ZonalAllocationFailed',
    AllocationFailure: 'AllocationFailed',
    OverconstrainedZonalAllocationFailure: 'OverconstrainedAllocation',
    OverconstrainedAllocationFailure: 'OverconstrainedAllocation',
    CreateInstanceFailed: 'Unknown',
  };
  return Object.entries(causes).map(([code, cause]) => [code, { place: 'claim', code, text: 'no luck' }, cause, []]);
}

describe('what nobody knows', () => {
  const found: Finding = diagnose(azure('the moon is full'));

  it('is called so and shown as it stands', () => {
    expect(found).toMatchObject({ cause: 'Unknown', evidence: 'the moon is full', waiting: false });
    expect(found.message).toContain('LaunchFailed: the moon is full');
  });
});

describe('a wait', () => {
  it.each([
    ['quota is short; next attempt in 10 min', 600],
    ['busy; next attempt in 12 s', 12],
    ['back-off 1m20s restarting failed container=a', 80],
    ['please retry again in 47 seconds', 47],
    ['no luck', undefined],
  ])('%j is %s seconds', (text, seconds) => {
    expect(diagnose(azure(text)).retryAfterSeconds).toBe(seconds);
  });
});

test('a wait may end at a given time', () => {
  expect(diagnose(azure('no; tried again at 2026-11-22T12:30:00.000Z')).retryAt).toBe('2026-11-22T12:30:00.000Z');
  expect(diagnose(azure('no; tried again at noon'))).not.toHaveProperty('retryAt');
});

describe('evidence', () => {
  const loud = `${'noise\n'.repeat(1000)}INFO key hf_abcdefghijklmnop\nValueError: No available memory for the cache blocks now\n${'noise\n'.repeat(1000)}`;

  it('is the line that counts', () => {
    expect(diagnose(log(loud)).evidence).toBe('ValueError: No available memory for the cache blocks now');
  });

  it('never shows a credential', () => {
    const secret = 'GatedRepoError hf_abcdefghijklmnop Bearer abcdefghijkl https://u:pass@x/?sig=abc%3D';
    expect(diagnose(log(secret)).evidence).toBe('GatedRepoError hf_*** Bearer *** https://u:***@x/?sig=***');
  });

  it('is short, whatever a program writes', () => {
    expect(diagnose(log('x'.repeat(1_000_000))).evidence.length).toBeLessThanOrEqual(1000);
    expect(diagnose(azure('x'.repeat(1_000_000))).message.length).toBeLessThanOrEqual(1100);
    expect(diagnose(log(`${'y'.repeat(50_000)} NCCL error ${'y'.repeat(50_000)}`)).evidence).toContain('NCCL error');
  });

  it('has no colours in it', () => {
    expect(diagnose(log('\u001B[31mNCCL error\u001B[0m')).evidence).toBe('NCCL error');
  });
});

test('no text keeps the table busy', () => {
  const texts = [
    'a'.repeat(65_536),
    '('.repeat(65_536),
    'KV cache max seq len ('.repeat(3000),
    'Location: '.repeat(6500),
  ];
  const worst = texts.flatMap(text => (['log', 'claim', 'image', 'schedule'] as const).map(place => ({ place, text })));
  const started = performance.now();
  for (const symptom of worst) diagnose(symptom);
  // Far above what it takes, and far below what a pattern takes that tries all ways.
  expect(performance.now() - started).toBeLessThan(5000);
});

test('the name of a resource ends before the sentence does', () => {
  const text = '0/2 nodes are available: 2 Insufficient nvidia.com/gpu. no new claims to deallocate.';
  expect(diagnose({ place: 'schedule', code: 'Unschedulable', text }).message).toBe(
    'the nodes that the pod may use have too little nvidia.com/gpu free',
  );
});
