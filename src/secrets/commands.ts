const MYSQL = 'mysql|mysqldump|mysqladmin|mysqlimport|mysqlcheck|mariadb|mariadb-dump|mariadb-admin';
const LOGIN = 'docker|podman|nerdctl|buildah|skopeo|oras|crane|helm|argocd|az|oc';
const BIND = 'mongo|mongosh|mongodump|mongorestore|ldapsearch|ldapadd|ldapmodify';
/** The rest of the command, which may go on in the next line. */
const REST = '(?:\\\\\\n|[^\\n|;&]){0,300}?\\s';
const VALUE = '["\']?([^\\s"\'-][^\\s"\']{3,})';

const command = (programs: string, flag: string): RegExp =>
  new RegExp(`\\b(?:${programs})\\b${REST}${flag}${VALUE}`, 'g');

/** Where a program is given a password on its command line, or has one in a file of its own: the group is the password. */
export const COMMANDS: readonly RegExp[] = [
  command(MYSQL, '-p'),
  command('sshpass', '-p[ ]?'),
  command('redis-cli', '(?:-a|--pass)[ =]'),
  command(`${LOGIN}`, `login\\b${REST}-p[ =]?`),
  command(BIND, '-[pw] '),
  // ~/.netrc and ~/.pgpass
  /\bmachine\s+\S{1,200}\s+login\s+\S{1,100}\s+password\s+(\S{4,})/g,
  /^[ \t]*[\w.*-]{1,200}:(?:\d{4,5}|\*):[\w*.-]{1,63}:[\w*.-]{1,63}:((?:[^\s:\\]|\\.){4,200})$/gm,
  // Go's driver of MySQL
  /(?<![\w/])[\w.-]{1,40}:([^\s:@/"']{4,200})@(?:tcp|unix)\(/g,
];
/** What curl's `--user` is given; the group is user and password. */
export const CURL_USER =
  /\bcurl\b(?:\\\n|[^\n]){0,300}?\s(?:-u|--user)[ =]+["']?([^\s"':]{1,60}["']?:["']?[^\s"']{3,})/g;

const PROGRAM = new RegExp(`(^|/)(${MYSQL}|${LOGIN}|${BIND}|sshpass|redis-cli|curl)$`);

/** The command line that a list of words is, of a program that is known here; undefined for other lists. */
export function commandLine(words: readonly unknown[]): string | undefined {
  const isCommand = words.some((word) => typeof word === 'string' && PROGRAM.test(word));
  return isCommand && words.every((word) => typeof word === 'string') ? words.join(' ') : undefined;
}

/** Whether a rule is about the words of a command. */
export const isCommandRule = (rule: string): boolean => rule === 'command-line' || rule === 'curl-user';
