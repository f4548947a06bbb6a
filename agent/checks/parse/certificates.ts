/** The certificates of a PEM file. */
import { X509Certificate } from 'node:crypto';

export interface ParsedCertificate {
  readonly subject: string;
  /** Validity, Unix time in seconds. */
  readonly from: number;
  readonly to: number;
}

const BLOCK =
  /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g;
const MOST = 500;

/** In their order. Throws when one of them is damaged. */
export function parseCertificates(pem: string): readonly ParsedCertificate[] {
  const blocks = [...pem.matchAll(BLOCK)].slice(0, MOST);
  return blocks.map(([block], index) => {
    try {
      const { subject, validFrom, validTo } = new X509Certificate(block);
      return {
        subject: /^CN=(.+)$/m.exec(subject)?.[1] ?? 'a certificate without a name',
        from: Date.parse(validFrom) / 1000,
        to: Date.parse(validTo) / 1000,
      };
    } catch {
      throw new Error(`certificate ${index + 1} of ${blocks.length} is damaged`);
    }
  });
}
