import facts from './model.json' with { type: 'json' };

/** Which model it is, where it comes from, and the sums that its files must have. */
export const standInModel = facts;

/** What every answer says in its `x-kaito-stand-in` header, so that nobody takes this for the model that was asked for. */
export const STAND_IN = `${facts.name} on the CPU, whatever model was asked for`;

/** Owner of the models in `/v1/models`. */
export const STAND_IN_OWNER = 'kaito-stand-in';
