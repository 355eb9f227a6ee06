/** Keys, certificates and the server that publishes the signing certificate. */
export { type CertificateServer, startCertificateServer } from './certificate-server.ts';
export { createSigningMaterial, type SigningMaterial } from './signing-material.ts';
