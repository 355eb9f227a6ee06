/** Calls of the Query protocol by hand, for services whose SDK client the project does not have. */

export interface Answered {
  readonly status: number;
  /** The XML. */
  readonly text: string;
  /** Every value of an element, unescaped. */
  all(element: string): string[];
}

/** @param parameters as they go over the wire: `Filter.1.Name` */
export async function query(
  endpoint: string,
  version: string,
  action: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const body = new URLSearchParams({ Action: action, Version: version, ...parameters });
  const response = await fetch(endpoint, { method: 'POST', body });
  const text = await response.text();
  return {
    status: response.status,
    text,
    all: (element) =>
      [...text.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, value = '']) =>
        unescapeXml(value),
      ),
  };
}

function unescapeXml(value: string): string {
  return value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
