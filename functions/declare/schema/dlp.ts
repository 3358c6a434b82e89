import { z } from 'zod';
import { readDlp } from '../dlp/read-form.ts';
import { fault } from '../findings.ts';

/** `{ cryptoHashConfig: { cryptoKey: { keyName: pii } } }`, … → the model's; checked against DLP's own messages */
export const DlpSchema = z
  .record(z.string(), z.unknown())
  .transform((written, context) => {
    const { form, findings } = readDlp(written);
    for (const { code, message, remedy, path } of findings) context.addIssue(fault(code, message, remedy, path));
    return form ?? z.NEVER;
  })
  .describe(
    '`{ redactConfig: {} }`: a PrimitiveTransformation of DLP as JSON has it; or `{ infoTypeTransformations: {…}, inspectConfig: {…} }`; keys are `{ keyName: pii }`, and a context names a column',
  );
