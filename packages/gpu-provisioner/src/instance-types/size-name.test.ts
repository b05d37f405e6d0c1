import { parseSizeName } from './size-name.ts';

test.each([
  ['Standard_NC24ads_A100_v4', { family: 'N', series: 'NCads_v4', version: '4', accelerator: 'A100' }],
  ['Standard_NC6s_v3', { family: 'N', series: 'NCs_v3', version: '3', accelerator: undefined }],
  ['Standard_NV24', { family: 'N', series: 'NV', version: '1', accelerator: undefined }],
  ['Standard_ND96isr_MI300X_v5', { family: 'N', series: 'NDisr_v5', version: '5', accelerator: 'MI300X' }],
  ['Standard_ND128isr_NDR_GB200_v6', { family: 'N', series: 'NDisr_v6', version: '6', accelerator: 'GB200' }],
  [
    'Standard_NC24lds_xl_RTXPRO6000BSE_v6',
    { family: 'N', series: 'NClds_v6', version: '6', accelerator: 'RTXPRO6000BSE' },
  ],
  ['Standard_NG32adms_V620_v1', { family: 'N', series: 'NGadms_v1', version: '1', accelerator: 'V620' }],
  ['Standard_D4s_v5', { family: 'D', series: 'Ds_v5', version: '5', accelerator: undefined }],
  ['Standard_M8-2ms', { family: 'M', series: 'Mms', version: '1', accelerator: undefined }],
  ['Standard_EC48as_cc_v5', { family: 'E', series: 'ECas_v5', version: '5', accelerator: undefined }],
  ['Standard_D3_v2_Promo', { family: 'D', series: 'D_v2', version: '2', accelerator: undefined }],
])('%s is %j', (name, parts) => {
  expect(parseSizeName(name)).toEqual(parts);
});

test.each([
  '',
  'Standard_',
  'A100',
  'standard words',
  'Standard_NC',
  '__proto__',
  `Standard_N1${'A1'.repeat(50_000)}!`,
])('makes nothing of another name', name => {
  expect(parseSizeName(name)).toBeUndefined();
});
