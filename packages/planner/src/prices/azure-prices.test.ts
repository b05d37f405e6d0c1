import { skusOf } from '../skus/clouds.ts';
import { azurePrices } from './azure-prices.ts';
import { pricePerHour } from './price.ts';

describe('azurePrices', () => {
  it('has prices of sizes that are in the table, under their own names', () => {
    const names = skusOf('azure').map(({ name }) => name);
    expect(Object.keys(azurePrices.hourly).filter(name => !names.includes(name))).toEqual([]);
  });

  it('has no spot price that is not lower, and says where the prices are from', () => {
    for (const { onDemand, spot = 0 } of Object.values(azurePrices.hourly)) expect(spot).toBeLessThan(onDemand);
    expect(azurePrices.source).toMatch(/eastus.*\d{4}-\d{2}-\d{2}/);
  });
});

describe('pricePerHour', () => {
  const spot = { instanceType: 'Standard_NC24ads_A100_v4', capacityType: 'spot' as const };

  it('is for all nodes, by capacity type', () => {
    expect(pricePerHour(azurePrices, { ...spot, capacityType: 'on-demand' }, 3)).toBe(11.019);
    expect(pricePerHour(azurePrices, spot, 2)).toBe(0.8889);
  });

  it.each(['Standard_ND96isr_H200_v5', 'constructor', ''])('is not known of "%s"', instanceType => {
    expect(pricePerHour(azurePrices, { ...spot, instanceType }, 1)).toBeUndefined();
  });

  it('is not known of spot where the table has none, nor without a table', () => {
    expect(pricePerHour(azurePrices, { ...spot, instanceType: 'Standard_NC40ads_H100_v5' }, 1)).toBeUndefined();
    expect(pricePerHour(undefined, spot, 1)).toBeUndefined();
  });
});
