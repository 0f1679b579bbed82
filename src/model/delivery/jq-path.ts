const FIELDS =
  /^(apiVersion|kind|metadata|spec|status|data|stringData|webhooks|rules|subjects|roleRef)\b(?!\s*\()/;
const CLOSED_BY: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
/** With one of these, what stands outside of brackets need not be part of a path. */
const KEYWORD = /\b(as|def|foreach|if|label|reduce|try)\b/;

/**
 * What makes a text no expression of jq that names a path, as far as its form tells; undefined where nothing does. Argo CD
 * runs `del(<expression>)`, and compares nothing more of an Application whose expression it cannot read. Functions are not
 * known here: what is called, and whether it gives a path, is found out there.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/
 */
export function jqPathFault(expression: string): string | undefined {
  const text = expression.trim();
  if (text === '') return 'it is empty';
  if (text.startsWith('/')) return 'a JSON Pointer belongs under jsonPointers';
  if (/^\$[.[]/.test(text)) return 'this is JSONPath; in jq the object itself is "."';
  const [field] = FIELDS.exec(text) ?? [];
  if (field !== undefined) return `a field begins with a dot: .${field}`;
  const outside = outsideOfBrackets(expression);
  return typeof outside === 'string' ? formFault(outside) : outside.fault;
}

/** What stands in no bracket and in no text, with `""` for each of those; or what is wrong with them. */
function outsideOfBrackets(text: string): string | { readonly fault: string } {
  const open: string[] = [];
  let outside = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]!;
    const within = open.at(-1);
    if (within === '"') {
      if (char === '"') open.pop();
      else if (char === '\\') {
        i += 1;
        // A text may hold expressions: "a\(.b)".
        if (text[i] === '(') open.push('(');
      }
    } else if (char === '#') {
      i = text.indexOf('\n', i);
      if (i < 0) return { fault: 'a comment would hide the bracket that Argo CD puts behind the expression' };
    } else if (char === '"' || char in CLOSED_BY) {
      if (open.length === 0) outside += '""';
      open.push(char);
    } else if (char === ')' || char === ']' || char === '}') {
      if (within === undefined || CLOSED_BY[within] !== char) return { fault: `"${char}" closes nothing` };
      open.pop();
    } else if (open.length === 0) outside += char;
  }
  const left = open.at(-1);
  return left === undefined ? outside : { fault: `"${left}" is not closed` };
}

function formFault(outside: string): string | undefined {
  const text = outside.trim();
  const end = /[|,:;]$/.exec(text)?.[0] ?? (/[\w"?]\.$/.test(text) ? '.' : undefined);
  if (end !== undefined) return `nothing follows the "${end}" at its end`;
  const [name] = KEYWORD.test(text) ? [] : (/\w*[A-Za-z_](?:[-/]\w*[A-Za-z_]\w*)+/.exec(text) ?? []);
  return name === undefined ? undefined : `a name with "-" or "/" stands in quotes: ."${name}"`;
}
