/** User data of the forum's instances: the application as it ran before there were containers. */

export interface ForumUserData {
  readonly bucketName: string;
  /** The build `<application>/<tag>.cjs` in the bucket. */
  readonly application: string;
  readonly tag: string;
  readonly port: number;
  /** Settings of the application beside its port. */
  readonly settings: Readonly<Record<string, string>>;
}

/** @returns the script that fetches the application's bundle and keeps it running under systemd */
export function forumUserData({ bucketName, application, tag, port, settings }: ForumUserData): string {
  return [
    '#!/bin/bash',
    'set -e',
    'dnf install -y nodejs24',
    'mkdir -p /opt/app',
    `aws s3 cp s3://${bucketName}/${application}/${tag}.cjs /opt/app/app.cjs`,
    'cat > /etc/systemd/system/app.service <<UNIT',
    '[Unit]',
    'After=network-online.target',
    '[Service]',
    'DynamicUser=yes',
    ...Object.entries(settings).map(([name, value]) => `Environment=${name}=${value}`),
    `Environment=PORT=${port}`,
    'ExecStart=/usr/bin/env node /opt/app/app.cjs',
    'Restart=always',
    '[Install]',
    'WantedBy=multi-user.target',
    'UNIT',
    'systemctl enable --now app',
    '',
  ].join('\n');
}
