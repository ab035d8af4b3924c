import { useTranslation } from 'react-i18next';
import { TlsEvidenceSchema, type HostEvidence } from '#contract/protection.ts';
import { fullTime } from '../../ui/format-time.ts';
import styles from './receipt-drawer.module.css';

/** What was seen of the recipient's mail servers. Shown as it was recorded when it is of another kind. */
export function Evidence({ evidence }: { evidence: unknown }) {
  const { t, i18n } = useTranslation();
  const read = TlsEvidenceSchema.safeParse(evidence);
  if (!read.success) return <pre className={styles.code}>{JSON.stringify(evidence, null, 2)}</pre>;
  const { domain, checkedAt, mxProof, mtaSts, hosts } = read.data;
  return (
    <>
      <dl className={styles.facts}>
        <dt>{t('evidence.domain')}</dt>
        <dd>{domain}</dd>
        <dt>{t('evidence.checkedAt')}</dt>
        <dd>{fullTime(new Date(checkedAt), i18n.language)}</dd>
        <dt>{t('evidence.mxProof')}</dt>
        <dd>{t(`evidence.mx.${mxProof}`)}</dd>
        {mtaSts && (
          <>
            <dt>MTA-STS</dt>
            <dd>{mtaSts.mode}</dd>
          </>
        )}
      </dl>
      {hosts.map((host) => (
        <Host key={host.host} host={host} />
      ))}
    </>
  );
}

function Host({ host }: { host: HostEvidence }) {
  const { t, i18n } = useTranslation();
  return (
    <dl className={styles.facts}>
      <dt>{t('evidence.server')}</dt>
      <dd>{host.host}</dd>
      <dt>{t('evidence.seen')}</dt>
      <dd>{host.because}</dd>
      {host.tls && (
        <>
          <dt>{t('evidence.connection')}</dt>
          <dd>
            {host.tls.version}, {host.tls.cipher}
          </dd>
        </>
      )}
      {host.certificate && (
        <>
          <dt>{t('evidence.certificate')}</dt>
          <dd>
            {t(`evidence.verdict.${host.certificate.verdict}`)}, {host.certificate.issuer},{' '}
            {t('evidence.validTo', { date: fullTime(new Date(host.certificate.validTo), i18n.language) })}
          </dd>
          <dt>{t('evidence.fingerprint')}</dt>
          <dd className={styles.code}>{host.certificate.fingerprint}</dd>
        </>
      )}
    </dl>
  );
}
