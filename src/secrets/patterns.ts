/** A format of credentials that gives itself away, wherever it stands. */
export interface Pattern {
  /** Part of the rule's name in reports: `github-token`. */
  readonly name: string;
  readonly regex: RegExp;
  /** The prefix is one that words may have too: what follows it has to be random. */
  readonly weak?: true;
}

const p = (name: string, source: string, flags = ''): Pattern => ({
  name,
  regex: new RegExp(source, `g${flags}`),
});

/** What may not stand right before or after a token: more of the same. */
const token = (name: string, source: string): Pattern =>
  p(name, `(?<![A-Za-z0-9_-])(?:${source})(?![A-Za-z0-9_-])`);

/**
 * Formats as their issuers document them, by prefix and length. What has no format of its own is found by the name of
 * its key, and by its entropy.
 */
export const PATTERNS: readonly Pattern[] = [
  // The shortest keys have 64 characters; what ends sooner is a text about keys.
  p('private-key', '-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?![^]{0,60}-----END)'),
  token('age-secret-key', 'AGE-SECRET-KEY-1[A-Z0-9]{58}'),
  token('aws-access-key', '(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}'),
  token('aws-bedrock-key', 'ABSK[A-Za-z0-9+/]{100,}={0,2}'),
  token('alibaba-access-key', 'LTAI[A-Za-z0-9]{12,20}'),
  token('google-api-key', 'AIza[\\w-]{35}'),
  p('google-oauth', '(?<![\\w-])(?:ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{28})'),
  p('azure-storage-key', '(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}'),
  p('azure-sas', '[?&]sig=[A-Za-z0-9%+/]{40,}'),
  p('azure-client-secret', '(?<![\\w~.-])[\\w~.-]{3}\\dQ~[\\w~.-]{31,34}(?![\\w~.-])'),
  token('github-token', 'gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\\w{22,}'),
  token(
    'gitlab-token',
    'gl[a-z]{2,6}-[\\w-]{20,}(?:\\.[\\w.-]+)?|GR1348941[\\w-]{20,}|_gitlab_session=[0-9a-z]{32}',
  ),
  p(
    'slack-token',
    '(?<![\\w-])(?:xox(?:[ar]-|[beops](?:\\.xox[bp])?-(?=\\d)(?=[\\w-]{15}))(?:\\w+-)*\\w{8,}|xapp-\\d+-[A-Za-z0-9-]{10,})(?![\\w-])',
  ),
  p('slack-webhook', 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}'),
  p('teams-webhook', 'webhook\\.office\\.com/webhookb2/[A-Za-z0-9@-]{36,}'),
  p('discord-webhook', 'discord(?:app)?\\.com/api/webhooks/\\d{15,}/[\\w-]{30,}'),
  token('telegram-token', '\\d{8,10}:A[\\w-]{34}'),
  token('stripe-key', '(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,99}|whsec_[A-Za-z0-9+/]{24,}'),
  token('square-token', 'sq0(?:atp|csp|idp)-[\\w-]{22,43}|EAAA[\\w-]{60}'),
  token('shopify-token', 'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}'),
  token('npm-token', 'npm_[A-Za-z0-9]{36}'),
  token('pypi-token', 'pypi-AgE[\\w-]{50,}'),
  token('rubygems-token', 'rubygems_[a-f0-9]{48}'),
  token('docker-token', 'dckr_(?:pat|oat)_[\\w-]{20,}'),
  token('nuget-key', 'oy2[a-z0-9]{43}'),
  token('clojars-token', 'CLOJARS_[a-z0-9]{60}'),
  p('jwt', '(?<![\\w-])ey[A-Za-z0-9_-]{14,}\\.(?:ey|Z)[\\w/\\\\-]{14,}\\.(?:[\\w/\\\\-]{8,}={0,2})?'),
  p('jwt-base64', '(?<![A-Za-z0-9])ZXlK[A-Za-z0-9+/]{60,}={0,2}'),
  p('sendgrid-key', '(?<![\\w-])SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}'),
  token('sendinblue-key', 'xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}'),
  token('mailgun-key', '(?:key|pubkey)-[a-f0-9]{32}'),
  token('mailchimp-key', '[a-f0-9]{32}-us\\d{1,2}'),
  token('twilio-key', 'SK[0-9a-f]{32}'),
  p('hashicorp-token', '(?<![\\w-])(?:hv[sbr]\\.[\\w-]{24,}|[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,})'),
  { ...token('vault-legacy-token', '(?<!\\.)s\\.[A-Za-z0-9]{24}'), weak: true },
  token('digitalocean-token', 'do[opr]_v1_[a-f0-9]{64}'),
  token('databricks-token', 'dapi[a-f0-9]{32}(?:-\\d)?'),
  p('doppler-token', '(?<![\\w-])dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[\\w-]+\\.)?[A-Za-z0-9]{40,44}'),
  token('planetscale-token', 'pscale_(?:tkn|pw|oauth)_[\\w=.-]{32,64}'),
  token('pulumi-token', 'pul-[a-f0-9]{40}'),
  token('postman-key', 'PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}|PMAT-[A-Z0-9]{26}'),
  token('linear-key', 'lin_(?:api|oauth)_[A-Za-z0-9]{40,}'),
  token(
    'grafana-token',
    'glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{32,}={0,2}|eyJrIjoi[A-Za-z0-9]{70,}={0,2}',
  ),
  token('atlassian-token', 'ATATT3[\\w=-]{100,}|ATCTT3[\\w=-]{100,}|ATBB[A-Za-z0-9]{32}'),
  token('openai-key', 'sk-(?:proj-|svcacct-|admin-|None-)?[\\w-]{20,}T3BlbkFJ[\\w-]{20,}'),
  token('anthropic-key', 'sk-ant-(?:api|admin)\\d{2}-[\\w-]{80,}'),
  token('perplexity-key', 'pplx-[A-Za-z0-9]{48}'),
  token('huggingface-token', 'hf_[A-Za-z]{34}|api_org_[A-Za-z]{34}'),
  token('new-relic-key', 'NRAK-[A-Za-z0-9]{27}|NRJS-[a-f0-9]{19}|NRII-[\\w-]{32}|NRAL[A-Za-z0-9]{36}'),
  p('dynatrace-token', '(?<![\\w-])dt0c01\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}'),
  token('typeform-token', 'tfp_[\\w.=-]{59}'),
  token('sentry-token', 'sntryu_[a-f0-9]{64}|sntrys_eyJ[A-Za-z0-9+/]{40,}={0,2}_[A-Za-z0-9+/]{43}'),
  token('sourcegraph-token', 'sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}'),
  token('prefect-token', 'pnu_[A-Za-z0-9]{36}'),
  token('readme-token', 'rdme_[a-z0-9]{70}'),
  token('scalingo-token', 'tk-us-[\\w-]{48}'),
  token('shippo-token', 'shippo_(?:live|test)_[a-fA-F0-9]{40}'),
  token('flutterwave-key', 'FLW(?:PUBK|SECK)_TEST-[a-hA-H0-9]{12,32}(?:-X)?'),
  token('easypost-key', 'EZ[AT]K[A-Za-z0-9]{54}'),
  token('duffel-token', 'duffel_(?:test|live)_[\\w=-]{43}'),
  token('frameio-token', 'fio-u-[\\w=-]{64}'),
  p('dropbox-token', '(?<![\\w-])sl\\.[\\w=-]{135,}'),
  token('adobe-secret', 'p8e-[A-Za-z0-9]{32}'),
  p('airtable-token', '(?<![\\w-])pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}'),
  token('artifactory-key', 'AKCp[A-Za-z0-9]{50,}|cmVmd[A-Za-z0-9]{59}'),
  p(
    'authress-key',
    '(?<![\\w-])(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.(?:acc)[_-][a-z0-9-]{10,32}\\.[a-z0-9+/_=-]{30,120}',
    'i',
  ),
  token('onepassword-token', 'ops_eyJ[A-Za-z0-9+/]{250,}={0,3}'),
  token('onepassword-key', 'A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}'),
  token('cloudflare-key', 'v1\\.0-[a-f0-9]{24}-[a-f0-9]{146}'),
  token('heroku-token', 'HRKU-[\\w-]{36,}'),
  p('fly-token', '(?<![\\w-])(?:fo1_[\\w-]{43}|fm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3})'),
  { ...token('infracost-key', 'ico-[A-Za-z0-9]{32}'), weak: true },
  token('intra42-secret', 's-s4t2(?:ud|af)-[a-f0-9]{64}'),
  p('mapbox-token', '(?<![\\w-])[ps]k\\.[A-Za-z0-9]{60}\\.[A-Za-z0-9]{22}'),
  token('microsoft-octopus-key', 'API-[A-Z0-9]{26}'),
  p('openshift-token', '(?<![\\w~-])sha256~[\\w-]{43}(?![\\w-])'),
  token('settlemint-token', 'sm_(?:aat|pat|sat)_[A-Za-z0-9]{16}'),
  token('supabase-token', 'sbp_[a-f0-9]{40}'),
  token('tailscale-key', 'tskey-[a-z]+-[A-Za-z0-9-]{20,}'),
  p(
    'yandex-key',
    '(?<![\\w-])(?:t1\\.[A-Z0-9a-z_-]+={0,2}\\.[A-Z0-9a-z_-]{86}={0,2}|AQVN[\\w-]{35,38}|YC[\\w-]{38})(?![\\w-])',
  ),
  p('facebook-token', '(?<![\\w-])(?:EAA[MC][A-Za-z0-9]{100,}|\\d{15,16}\\|[\\w-]{27,40})'),
  token(
    'plaid-token',
    'access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  ),
  token('deno-token', 'dd[ow]_[A-Za-z0-9]{36}'),
  token('xai-key', 'xai-[A-Za-z0-9]{70,}'),
  token('openrouter-key', 'sk-or-v1-[a-f0-9]{64}'),
  token('cursor-key', 'key_[a-f0-9]{64}'),
  token('elastic-cloud-key', 'essu_[A-Za-z0-9+/]{40,}={0,2}'),
  token('crates-io-token', 'cio[A-Za-z0-9]{32}'),
  token('packagist-token', 'packagist_[a-z]{3}_[a-f0-9]{28,80}'),
  token('google-hmac-key', 'GOOG[A-Z0-9]{20,58}'),
  p('discord-token', '(?<![\\w.-])[MNO][\\w-]{17,27}\\.[\\w-]{6}\\.[\\w-]{25,38}(?![\\w.-])'),
  token('notion-token', 'ntn_\\d{11}[A-Za-z0-9]{35}'),
  token('harness-key', '(?:pat|sat)\\.[\\w-]{22}\\.[a-f0-9]{24}\\.[A-Za-z0-9]{20}'),
  token('maxmind-key', '[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk'),
  p('password-hash', '(?<![\\w$])\\$(?:2[abxy]|apr1|1|5|6|argon2(?:id|i|d)|y)\\$[./A-Za-z0-9$=,+]{20,}'),
];

const anyOf = (flags: string): RegExp =>
  new RegExp(
    PATTERNS.filter(({ regex }) => regex.flags === `g${flags}`)
      .map(({ regex }) => `(?:${regex.source})`)
      .join('|'),
    flags,
  );
const ANY = [anyOf(''), anyOf('i')];

/** Whether there is anything in a text that one of the patterns fits: most texts are done with that. */
export const fitsAny = (text: string): boolean => ANY.some((regex) => regex.test(text));

const NAMES = new Set(PATTERNS.map(({ name }) => name));

/** Whether a rule is the format of a token. */
export const isFormat = (rule: string): boolean => NAMES.has(rule);
