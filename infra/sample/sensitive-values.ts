import { planCustomers } from './customers.ts';
import { planOrders } from './orders.ts';
import { planPayments } from './payments.ts';
import { DEFAULT_SAMPLE, type SampleOptions } from './sample-options.ts';
import { planTickets } from './tickets.ts';

export type SensitiveKind = 'EMAIL_ADDRESS' | 'PHONE_NUMBER' | 'PERSON_NAME' | 'CREDIT_CARD_NUMBER' | 'STREET_ADDRESS';

export interface SensitiveValue {
  kind: SensitiveKind;
  /** As some file writes it. */
  value: string;
  /** Stands in free text, so that it must be found before it can be replaced; the others are columns of their own. */
  inText: boolean;
}

/** Every personal value of the sample, each once: none may be seen past the gate. */
export function sensitiveValues(options: SampleOptions = DEFAULT_SAMPLE): SensitiveValue[] {
  const found = new Map<string, SensitiveValue>();
  const add = (kind: SensitiveKind, value: string | undefined, inText = false): void => {
    if (value === undefined || value === '') return;
    const key = `${kind} ${value}`;
    found.set(key, { kind, value, inText: inText || (found.get(key)?.inText ?? false) });
  };

  const customers = planCustomers(options);
  const { first, later, changed, broken } = customers;
  for (const { name, email, phone } of [...first, ...later, ...changed, ...broken]) {
    add('PERSON_NAME', name);
    add('EMAIL_ADDRESS', email);
    add('PHONE_NUMBER', phone);
  }
  for (let day = 0; day < options.days; day++) {
    const orders = planOrders(options, customers, day);
    for (const { email, street } of orders) {
      add('EMAIL_ADDRESS', email.trim());
      add('STREET_ADDRESS', street);
    }
    for (const { cardNumber } of planPayments(options, orders, day)) {
      add('CREDIT_CARD_NUMBER', cardNumber);
      add('CREDIT_CARD_NUMBER', cardNumber?.replaceAll(' ', ''));
    }
    for (const { customer, message } of planTickets(options, customers, day)) {
      if (message.includes(customer.name)) add('PERSON_NAME', customer.name, true);
      if (message.includes(customer.email)) add('EMAIL_ADDRESS', customer.email, true);
      if (message.includes(customer.phone)) add('PHONE_NUMBER', customer.phone, true);
    }
  }
  return [...found.values()];
}
