/** Puts a template into a DLP, or its content anew, over REST; `parent` is where, as in `http://…/v2/projects/local/locations/global`. */
export async function storeTemplate(
  parent: string,
  collection: 'deidentifyTemplates' | 'inspectTemplates',
  id: string,
  template: object,
): Promise<string> {
  const kind = collection.slice(0, -1);
  const made = await call('POST', `${parent}/${collection}`, { templateId: id, [kind]: template });
  const answer =
    made.status === 409 ? await call('PATCH', `${parent}/${collection}/${id}`, { [kind]: template }) : made;
  if (!answer.ok) throw new Error(`the template ${id} was answered with ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { name: string }).name;
}

const call = (method: string, url: string, body: object): Promise<Response> =>
  fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
