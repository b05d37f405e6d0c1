import { missingPackages } from './debian-packages.ts';

test('what apt would install is read with its version, what it would only configure is not', () => {
  const plan = `NOTE: This is only a simulation!
Inst passwd [1:4.13+dfsg1-1] (1:4.13+dfsg1-1+deb12u2 Debian:12.11/oldstable [amd64]) []
Inst runc (1.1.5+ds1-1+deb12u1 Debian:12.11/oldstable [amd64])
Conf runc (1.1.5+ds1-1+deb12u1 Debian:12.11/oldstable [amd64])
`;
  expect(missingPackages(plan)).toEqual(['passwd=1:4.13+dfsg1-1+deb12u2', 'runc=1.1.5+ds1-1+deb12u1']);
  expect(missingPackages('')).toEqual([]);
});
