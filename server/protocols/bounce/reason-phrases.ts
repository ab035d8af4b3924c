import type { BounceReason } from './reason.ts';

/**
 * What servers write, by reason; the first that fits counts, so that the particular stands before the general.
 * Matched against lower-case text on one line, in which each address is `<address>`.
 */
export const reasonPhrases: readonly (readonly [BounceReason, RegExp])[] = [
  ['virus', /\bvirus|malware|\binfected\b|phishing/],
  ['bad-reputation', /reputation|senderscore/],
  [
    'content',
    /duplicate header|attachment.{0,40}(?:not allowed|denied|blocked)|blocked file|bad mime|charset not/,
  ],
  ['authentication-failed', /\b(?:spf|dkim|dmarc)\b|unauthenticated email|sender policy framework/],
  [
    'no-reverse-name',
    /\bptr\b|reverse[- ]?(?:dns|lookup|name)|\brdns\b|unverif[iy]able sending ips?|no host ?name for|cannot find your hostname/,
  ],
  [
    'not-standard',
    /multiple (?:\d{3}[ -]\d\.\d\.\d )?addresses in from|rfc ?-?(?:2?82[12]|532[12])\b|(?:from|message-id|date) header (?:is )?missing|duplicate from/,
  ],
  ['spam', /\bspam(?:my)?\b(?!haus)|unsolicited|junk mail|bulk mail|scored as spam/],
  [
    'mailbox-full',
    /(?:mail ?box|mailfolder|inbox|account|user).{0,30}\bfull\b|(?:disk|storage|mailbox|user|account)?.{0,12}quota.{0,12}(?:exceed|violation|full)|over ?quota|exceeded.{0,30}(?:storage|quota)|insufficient (?:disk|system|mailbox)? ?(?:space|storage)|no space left/,
  ],
  [
    'sender-rejected',
    /unrout(?:e)?able sender|domain of sender|sender (?:address |domain )?.{0,40}(?:reject|does not (?:exist|resolve)|not (?:found|exist|allowed|accepted|valid)|invalid|denied|verify failed)|invalid sender|from: domain is invalid|valid from:|sending to\/from an address|bad sender|mail from.{0,20}(?:denied|not permitted)/,
  ],
  [
    'relay-denied',
    /relay(?:ing)?.{0,20}(?:denied|not (?:permitted|allowed|authori[sz]ed)|prohibited|refused)|(?:configured to|unable to|cannot|do not|not) relay|we don't relay|email address is not verified/,
  ],
  [
    'mailbox-moved',
    /(?:recipient|user|mailbox|address|account).{0,20}(?:no longer (?:on|at|here|valid)|has moved|changed)|user moved/,
  ],
  [
    'mailbox-disabled',
    /(?:account|mail ?box|user|recipient|address).{0,40}(?:disabled|discontinued|suspended|inactive|frozen|deactivated|locked|not active|expired)|(?:disabled|inactive|suspended) (?:account|user|mailbox|recipient)/,
  ],
  [
    'too-fast',
    /at a rate|too (?:fast|quickly|many (?:messages|emails?))|rate limit.{0,20}(?:sender|message)|throttl|(?:unusual|unexpected|hourly|sending).{0,10}(?:rate|volume|limit)/,
  ],
  [
    'too-many-connections',
    /connection rate|too many (?:concurrent|connections?|sessions?|recipients|smtp)|max(?:imum)? (?:number of )?connections/,
  ],
  [
    'too-large',
    /(?:message|mail|size|data|attachment|line).{0,20}(?:too (?:large|big|long)|exceed)|exceeds.{0,30}size|(?:size|line) limit/,
  ],
  [
    'security',
    /(?:tls|encryption|starttls).{0,20}(?:required|needed|first)|must issue a starttls|unauthenticated senders?|authentication (?:is )?required|(?:requires|needs) (?:smtp )?auth|must be authenticated|not authenticated/,
  ],
  // Postfix says so of recipients, and of nobody else.
  [
    'mailbox-unknown',
    /recipient address rejected(?:\.|$|: (?:access denied|user unknown|undeliverable|unverified))/,
  ],
  ['host-unknown', /domain may not exist/],
  ['blocked', /refused to talk to me/], // Postfix, of a server that greets with a refusal
  [
    'blocked',
    /(?:client|host|\bip|server|messages from|mail from|network|connection).{0,60}(?:block|black|banned|denied|refused by|listed)|block(?:ed)?[ -]?list|blocked (?:for|by|using|us|-|see)|black ?list|\b(?:dns|r)bl\b|spamhaus|smtp server of your isp|relay quota|\bbanned\b/,
  ],
  [
    'policy',
    /polic(?:y|ies)|header error|protocol violation|not allowed by administrator|administrative prohibition/,
  ],
  ['network-error', /host not found, try again/], // the name servers did not answer; the name may be good
  [
    'host-unknown',
    /host or domain name not found|(?:host|domain)(?: name)?.{0,20}(?:not found|not exist)|unknown (?:host|domain)|(?:host|domain) unknown|no such (?:domain|host)|unrout(?:e)?able (?:mail )?(?:domain|address)|\b[\w-]+(?:\.[\w-]+)+ does not exist|does not accept (?:any )?mail|null mx/,
  ],
  [
    'mailbox-unknown',
    /user(?: is)? ?(?:unknown|not found)|unknown (?:or illegal )?(?:user|recipient|mailbox|address|local|alias)|illegal (?:user|alias)|no such (?:user|recipient|mailbox|account|person|address|email|local|alias)|(?:user|account|mail ?box|address|recipient|alias|email).{0,60}(?:not exist|doesn'?t exist|not (?:be )?found|invalid|not (?:valid|known|listed))|invalid (?:recipient|mailbox|user|address)|(?:recipient|address)(?: address)? rejected|no mailbox|mailbox unavailable|not a (?:known|valid) (?:user|mailbox|recipient)|not our customer|unrouteable/,
  ],
  [
    'expired',
    /time(?:d)? ?-?out|been failing for a long time|requests to connect|could not be delivered (?:for|within)|delivery time expired|too long in|message expired|retried for/,
  ],
  [
    'network-error',
    /name service error|lost connection|connection (?:refused|reset|closed|dropped|broken)|no route to host|network (?:is )?unreachable|unexpected name server|\bloop|too many hops|dns (?:failure|error|problem)|couldn't connect/,
  ],
  [
    'system-error',
    /does not support tls|transaction failed|could not load|(?:local|internal|system|server|queue file|database).{0,12}(?:error|problem|failure)|out of memory|temporar(?:y|ily).{0,30}(?:problem|error|unavailable)|service (?:currently )?(?:not available|unavailable)|try again later/,
  ],
  [
    'syntax-error',
    /syntax error|malformed address|not implemented|unrecogni[sz]ed command|bad address syntax|command not (?:recogni|known)/,
  ],
];
