import type { PriceTable } from '../plan/plan-input.ts';

/**
 * List prices of Linux machines in eastus, in US dollars an hour. Spot prices move; where the source has the same price for spot as on
 * demand, there was none, and none is given here. Sizes that are missing had no price in that region.
 */
export const azurePrices: PriceTable = {
  source:
    'skypilot-org/skypilot-catalog, catalogs/v6/azure/vms.csv at 098741e70562 (from the Azure Retail Prices API), region eastus; read 2026-11-23',
  hourly: {
    Standard_NC6s_v3: { onDemand: 3.06, spot: 0.3978 },
    Standard_NC12s_v3: { onDemand: 6.12, spot: 0.7956 },
    Standard_NC24s_v3: { onDemand: 12.24, spot: 1.5912 },
    Standard_NC24rs_v3: { onDemand: 13.46, spot: 1.7498 },
    Standard_NC4as_T4_v3: { onDemand: 0.526, spot: 0.062699 },
    Standard_NC8as_T4_v3: { onDemand: 0.752, spot: 0.089638 },
    Standard_NC16as_T4_v3: { onDemand: 1.204, spot: 0.143517 },
    Standard_NC64as_T4_v3: { onDemand: 4.352, spot: 0.518758 },
    Standard_NV36ads_A10_v5: { onDemand: 3.2, spot: 0.8 },
    Standard_NV72ads_A10_v5: { onDemand: 6.52, spot: 1.63 },
    Standard_NC24ads_A100_v4: { onDemand: 3.673, spot: 0.444433 },
    Standard_NC48ads_A100_v4: { onDemand: 7.346, spot: 0.888866 },
    Standard_NC96ads_A100_v4: { onDemand: 14.692, spot: 1.777732 },
    Standard_ND96asr_v4: { onDemand: 27.197, spot: 2.99167 },
    Standard_ND96amsr_A100_v4: { onDemand: 32.77, spot: 3.6047 },
    Standard_NC40ads_H100_v5: { onDemand: 6.98 },
    Standard_NC80adis_H100_v5: { onDemand: 13.96 },
    Standard_ND96isr_H100_v5: { onDemand: 98.32 },
    Standard_NV12s_v3: { onDemand: 1.14, spot: 0.1254 },
    Standard_NV24s_v3: { onDemand: 2.28, spot: 0.2508 },
    Standard_NV48s_v3: { onDemand: 4.56, spot: 0.5016 },
    Standard_NV32as_v4: { onDemand: 1.864, spot: 0.20504 },
    Standard_B2ms: { onDemand: 0.0832 },
    Standard_D2s_v5: { onDemand: 0.096, spot: 0.01056 },
    Standard_D4s_v5: { onDemand: 0.192, spot: 0.02112 },
    Standard_D8s_v5: { onDemand: 0.384, spot: 0.04224 },
  },
};
