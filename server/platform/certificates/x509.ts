import 'reflect-metadata'; // @peculiar/x509 does not load without it

export * from '@peculiar/x509';
