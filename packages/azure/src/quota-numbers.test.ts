import { quotaNumbers } from './quota-numbers.ts';

describe('quotaNumbers', () => {
  it("reads AKS's refusal for a family", () => {
    const message =
      'Insufficient vcpu quota requested 2, remaining 0 for family StandardDasv7Family for region eastus. Surge nodes would also consume vcpu quota.';
    expect(quotaNumbers(message)).toEqual({
      family: 'StandardDasv7Family',
      region: 'eastus',
      requested: 2,
      remaining: 0,
    });
  });

  it("reads AKS's refusal for the region", () => {
    const message =
      'Insufficient regional vcpu quota left for location eastus. left regional vcpu quota 3, requested quota 24. If you want to increase the quota …';
    expect(quotaNumbers(message)).toEqual({ family: 'cores', region: 'eastus', requested: 24, remaining: 3 });
  });

  it("reads Compute's refusal, also within other words", () => {
    const message =
      'Code="OperationNotAllowed" Message="Operation could not be completed as it results in exceeding approved standardDLSv5Family Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 100, Current Usage: 56, Additional Required: 64, (Minimum) New Limit Required: 120. Submit a request"';
    expect(quotaNumbers(message)).toEqual({
      family: 'standardDLSv5Family',
      region: 'eastus',
      limit: 100,
      usage: 56,
      requested: 64,
      required: 120,
    });
  });

  it.each([
    ['Total Regional Cores', 'cores'],
    ['LowPriorityCores', 'lowPriorityCores'],
  ])('names the counter of %s as Compute usages do', (words, family) => {
    expect(quotaNumbers(`results in exceeding approved ${words} quota. Current Limit: 10`)).toEqual({
      family,
      limit: 10,
    });
  });

  it("reads Compute's older wording", () => {
    const message =
      'Operation results in exceeding quota limits of Core. Maximum allowed: 4, Current in use: 3, Additional requested: 2.';
    expect(quotaNumbers(message)).toEqual({ family: 'cores', limit: 4, usage: 3, requested: 2 });
  });

  it('makes nothing of other words', () => {
    expect(quotaNumbers('Allocation failed. Current Limit: 10')).toBeUndefined();
  });
});
