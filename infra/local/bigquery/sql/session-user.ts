/** Whom every request comes from: the warehouse asks nobody for a password. */
export const SESSION_USER = 'local@sluice';
