import { readFault } from './cloud-fault.ts';

describe('readFault', () => {
  it("reads AKS's flat body", () => {
    const body = { code: 'InvalidParameter', details: null, message: 'osDiskSizeGB is\n  too small', subcode: '' };
    expect(readFault(body, { statusCode: 400 })).toEqual({
      code: 'InvalidParameter',
      message: 'osDiskSizeGB is too small',
      kind: 'spec',
      details: [],
    });
  });

  it("reads ARM's wrapped body", () => {
    const body = { error: { code: 'ResourceGroupNotFound', message: "Resource group 'rg' could not be found." } };
    expect(readFault(body, { statusCode: 404 })).toMatchObject({ code: 'ResourceGroupNotFound', kind: 'notFound' });
  });

  it("reads Entra's body and drops its trace", () => {
    const body = {
      error: 'invalid_client',
      error_description:
        'AADSTS700016: Application with identifier x was not found.\r\nTrace ID: a Correlation ID: b Timestamp: c',
      error_codes: [700016],
    };
    expect(readFault(body, { statusCode: 400 })).toEqual({
      code: 'AADSTS700016',
      message: 'AADSTS700016: Application with identifier x was not found.',
      kind: 'auth',
      details: [],
    });
  });

  it('keeps the OAuth error when there is no AADSTS number', () => {
    expect(readFault({ error: 'invalid_request', error_description: 'Identity not found' })).toMatchObject({
      code: 'invalid_request',
      message: 'Identity not found',
    });
  });

  it('unfolds details and says the cause that an envelope hides', () => {
    const body = {
      error: {
        code: 'InvalidTemplateDeployment',
        message: 'The deployment is not valid. See details.',
        details: [
          { code: 'Unspecified', message: 'nothing' },
          {
            code: 'Preflight',
            message: 'failed',
            details: [{ code: 'QuotaExceeded', message: 'exceeding approved X Cores quota' }],
          },
        ],
      },
    };
    expect(readFault(body, { statusCode: 400 })).toEqual({
      code: 'InvalidTemplateDeployment',
      message: 'The deployment is not valid. See details. QuotaExceeded: exceeding approved X Cores quota',
      kind: 'quota',
      details: [
        { code: 'Unspecified', message: 'nothing' },
        { code: 'Preflight', message: 'failed' },
        { code: 'QuotaExceeded', message: 'exceeding approved X Cores quota' },
      ],
    });
  });

  it('follows innererror', () => {
    const body = {
      code: 'ReconcileVMSSAgentPoolFailed',
      message: 'retry failed',
      innererror: { code: 'AllocationFailed' },
    };
    expect(readFault(body)).toMatchObject({ code: 'ReconcileVMSSAgentPoolFailed', kind: 'capacity' });
  });

  it('leaves a plain cause alone whatever its details say', () => {
    const body = {
      code: 'NotFound',
      message: 'Could not find the agentpool',
      details: [{ code: 'AllocationFailed', message: 'x' }],
    };
    expect(readFault(body, { statusCode: 404 })).toMatchObject({
      kind: 'notFound',
      message: 'Could not find the agentpool',
    });
  });

  it('lets the x-ms-error-code header win', () => {
    const fault = readFault(
      { error: { code: 'Envelope', message: 'm' } },
      { statusCode: 400, code: 'VMSizeNotSupported' },
    );
    expect(fault).toMatchObject({ code: 'VMSizeNotSupported', kind: 'sku' });
  });

  it('cuts words without end', () => {
    expect(readFault({ code: 'X', message: 'a'.repeat(10_000) }).message).toHaveLength(1_500);
  });

  it.each([
    undefined,
    null,
    'text',
    7,
    [],
    {},
    { error: null },
    { error: [] },
    { details: 'x' },
    { code: 1, message: {} },
  ])('survives %j', body => {
    expect(readFault(body)).toEqual({ code: '', message: '', kind: 'unknown', details: [] });
  });

  it('survives details nested without end', () => {
    let body: object = { code: 'X', message: 'deepest' };
    for (let depth = 0; depth < 5_000; depth += 1) body = { code: 'X', message: 'm', details: [body] };
    expect(readFault(body).details.length).toBeLessThanOrEqual(20);
  });
});
