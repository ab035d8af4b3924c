export const portal = { a: 'a' };
