import { serving, servingPlanOf } from './plan-inputs.test-data.ts';

const open = (preset: string, capacityType: 'on-demand' | 'spot' = 'on-demand') => serving(preset, { capacityType });

const refusal = (instanceType: string) => {
  return { instanceType, capacityType: 'on-demand' as const, reason: 'no quota for NCADSA100v4' };
};

describe('plan without an instance type', () => {
  it('takes the cheapest size that fits, and says of every other why it lost', () => {
    const { nodes, candidates } = servingPlanOf(open('phi-4'));
    expect(nodes).toMatchObject({ instanceType: 'Standard_NC24ads_A100_v4', count: 1, pricePerHour: 3.673 });
    expect(candidates[0]).toMatchObject({ verdict: 'chosen', reason: 'the cheapest that fits' });
    expect(candidates.slice(1).every(({ verdict, reason }) => verdict !== 'chosen' && reason.length > 0)).toBe(true);
    const reasonOf = (name: string) => candidates.find(({ instanceType }) => instanceType === name)?.reason;
    expect(reasonOf('Standard_NC40ads_H100_v5')).toBe('costs $3.31 an hour more');
    expect(reasonOf('Standard_ND96isr_H200_v5')).toBe('its price is not known');
    expect(reasonOf('Standard_NC4as_T4_v3')).toMatch(/needs CUDA compute capability 8\.0 and these GPUs have 7\.5/);
    expect(reasonOf('Standard_NV32as_v4')).toMatch(/AMD Radeon Instinct MI25.*NVIDIA/);
  });

  it('ranks by price, then nodes, then GPUs, then name', () => {
    const { candidates } = servingPlanOf(open('phi-4'));
    const fits = candidates.filter(({ verdict, reason }) => verdict !== 'refused' && !reason.startsWith('holds only'));
    const prices = fits.map(({ pricePerHour }) => pricePerHour ?? Number.MAX_VALUE);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(fits.slice(-2).map(({ instanceType }) => instanceType)).toEqual([
      'Standard_NCC40ads_H100_v5',
      'Standard_ND96isr_H200_v5',
    ]);
  });

  it('looks at spot prices for spot', () => {
    const { nodes } = servingPlanOf(open('phi-4', 'spot'));
    expect(nodes).toMatchObject({ instanceType: 'Standard_NC24ads_A100_v4', pricePerHour: 0.4444 });
  });

  it('passes over sizes that were refused lately, unless there is nothing else', () => {
    const workspace = open('phi-4');
    const { nodes, candidates } = servingPlanOf(workspace, { refused: [refusal('standard_nc24ads_a100_v4')] });
    expect(nodes.instanceType).not.toBe('Standard_NC24ads_A100_v4');
    expect(candidates).toContainEqual(
      expect.objectContaining({ verdict: 'fits', reason: 'could not be had: no quota for NCADSA100v4' }),
    );
    const all = candidates.map(({ instanceType }) => refusal(instanceType));
    expect(servingPlanOf(workspace, { refused: all }).nodes.instanceType).toBe('Standard_NC24ads_A100_v4');
    const onSpot = [{ ...refusal('Standard_NC24ads_A100_v4'), capacityType: 'spot' as const }];
    expect(servingPlanOf(workspace, { refused: onSpot }).nodes.instanceType).toBe('Standard_NC24ads_A100_v4');
  });

  it('keeps a size that holds nodes while it fits and can be had', () => {
    const chosen = { instanceType: 'Standard_NC40ads_H100_v5', capacityType: 'on-demand' as const };
    const kept = servingPlanOf(open('phi-4'), { chosen });
    expect(kept.nodes.instanceType).toBe('Standard_NC40ads_H100_v5');
    expect(kept.candidates[0]?.reason).toBe('chosen earlier, and still fits');
    const refused = [{ ...chosen, reason: 'no quota' }];
    expect(servingPlanOf(open('phi-4'), { chosen, refused }).nodes.instanceType).not.toBe(chosen.instanceType);
    expect(servingPlanOf(open('phi-4', 'spot'), { chosen }).nodes.instanceType).not.toBe(chosen.instanceType);
    const tooSmall = { ...chosen, instanceType: 'Standard_NC4as_T4_v3' };
    expect(servingPlanOf(open('phi-4'), { chosen: tooSmall }).nodes.instanceType).toBe('Standard_NC24ads_A100_v4');
  });

  it('prefers a context that conversations need', () => {
    const { candidates, server } = servingPlanOf(open('phi-4'));
    expect(server.contextLength).toBe(16_384);
    const short = candidates.filter(({ reason }) => reason.startsWith('holds only'));
    for (const { verdict } of short) expect(verdict).toBe('fits');
  });

  it('does not hand out the old image where vLLM could serve', () => {
    const { nodes, candidates, server } = servingPlanOf(open('phi-3-mini-4k-instruct'));
    expect(server.runtime).toBe('vllm');
    expect(nodes.instanceType).toBe('Standard_NV36ads_A10_v5');
    expect(candidates).toContainEqual({
      instanceType: 'Standard_NC4as_T4_v3',
      capacityType: 'on-demand',
      verdict: 'refused',
      reason: 'only the image of KAITO v0.3 runs there, which serves POST /chat: name the size to have it',
    });
    expect(servingPlanOf(open('falcon-7b')).server.runtime).toBe('preset-image');
  });

  it('needs no price list', () => {
    const { candidates, nodes } = servingPlanOf(open('phi-4'), { prices: undefined });
    expect(nodes.count).toBe(1);
    expect(nodes).not.toHaveProperty('pricePerHour');
    expect(candidates[0]?.reason).toMatch(/no price is known/);
  });
});

describe('plan with an instance type', () => {
  it('shows what else would do the same', () => {
    const named = serving('llama-3.3-70b-instruct', { instanceType: 'Standard_NC24ads_A100_v4', count: 3 });
    const { candidates } = servingPlanOf(named);
    expect(candidates.length).toBeLessThanOrEqual(10);
    expect(candidates[0]).toMatchObject({ verdict: 'chosen', reason: 'named in resource.instanceType' });
    expect(candidates).toContainEqual({
      instanceType: 'Standard_NC80adis_H100_v5',
      capacityType: 'on-demand',
      verdict: 'fits',
      nodeCount: 1,
      pricePerHour: 13.96,
      reason: 'costs $2.94 an hour more',
    });
  });
});
