import { classifyFault } from './classify-fault.ts';

// What each row is for is shown by the table of faults, which the provisioner's tests run through the client.

describe('classifyFault', () => {
  it('compares codes without regard to case', () => {
    expect(classifyFault({ code: 'allocationFAILED', message: '' })).toBe('capacity');
  });

  it('prefers a quota wording to a busy one in the same text', () => {
    const message = 'Another operation is in progress. exceeding approved standardNCSv3Family Cores quota';
    expect(classifyFault({ statusCode: 409, code: 'OperationNotAllowed', message })).toBe('quota');
  });

  it('guesses nothing', () => {
    expect(classifyFault({ statusCode: 400, code: 'SomethingNew', message: 'A refusal that nobody has seen' })).toBe(
      'unknown',
    );
    expect(classifyFault({ code: '', message: '' })).toBe('unknown');
  });

  it('tells throttling by the status, whatever the words', () => {
    expect(classifyFault({ statusCode: 429, code: 'QuotaExceeded', message: 'exceeding approved X Cores quota' })).toBe(
      'throttled',
    );
  });

  it('needs the whole row to fit', () => {
    const message = 'Operation is not allowed: Another operation (Updating) is in progress';
    expect(classifyFault({ statusCode: 409, code: 'OperationNotAllowed', message })).toBe('busy');
    expect(classifyFault({ statusCode: 409, code: 'OperationNotAllowed', message: 'Not allowed.' })).toBe('unknown');
  });
});
