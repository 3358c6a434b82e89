import { retryable } from '../errors.ts';
import type { StoredTemplate } from '../model/dlp.ts';
import { leafColumns } from '../model/leaf.ts';
import type { Reason } from '../model/run.ts';
import type { Source } from '../model/source.ts';
import { judgeTemplates, templateNames } from '../plan/templates.ts';
import type { Ports } from '../ports.ts';

export interface Templates {
  /** Why nothing may be sent; empty = it may. */
  reasons: Reason[];
  /** Throws DLP_FAILED (retryable) if a template has changed since: values of one shard would differ in what was done to them. */
  confirm(): Promise<void>;
}

/** The stored templates that a source's columns use, as they are now. */
export async function readTemplates({ dlp }: Pick<Ports, 'dlp'>, source: Source): Promise<Templates> {
  const columns = leafColumns(source.columns);
  const names = templateNames(columns);
  const read = async (): Promise<Map<string, StoredTemplate>> => {
    const found = new Map<string, StoredTemplate>();
    for (const name of names) {
      const template = await dlp.template(name);
      if (template) found.set(name, template);
    }
    return found;
  };
  const before = await read();
  return {
    reasons: judgeTemplates(columns, before),
    async confirm() {
      const after = await read();
      const changed = names.find((name) => after.get(name)?.updatedAt !== before.get(name)?.updatedAt);
      if (changed) throw retryable('DLP_FAILED', `the template ${changed} was changed while a shard was under way`);
    },
  };
}
