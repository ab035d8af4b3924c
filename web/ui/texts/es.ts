import type { ui as english } from './en.ts';

/** Spanish words of the design system, as the portal shows them. */
export const ui: typeof english = {
  protection: {
    internal: 'Se queda en este servidor',
    sealed: 'Sellado: solo esa persona puede leerlo',
    openpgp: 'Cifrado con su clave',
    smime: 'Cifrado con su certificado',
    portal: 'Recogida segura',
    'tls-dane': 'Conexión segura verificada',
    'tls-sts': 'Conexión segura verificada',
    'tls-verified': 'Conexión segura verificada',
    'tls-opportunistic': 'Conexión cifrada, receptor no comprobado',
    cleartext: 'Sin protección',
  },
  chip: {
    checking: 'Buscando la forma más segura',
    invalid: 'Esta no es una dirección de correo completa',
    unknown: 'No se pudo comprobar. Se comprobará de nuevo antes de enviar',
    blocked: 'No se permite enviar',
    why: '{{who}}: {{what}}. Mostrar por qué',
    remove: 'Quitar {{address}}',
  },
  frame: {
    title: 'Texto del mensaje',
    picturesHidden_one:
      'Hay una imagen de internet oculta. Si la muestra, el remitente puede saber que leyó esto.',
    picturesHidden_other:
      'Hay {{count}} imágenes de internet ocultas. Si las muestra, el remitente puede saber que leyó esto.',
    showPictures: 'Mostrar imágenes',
  },
  file: {
    download: 'Descargar {{name}}',
    remove: 'Quitar {{name}}',
    unnamed: 'archivo sin nombre',
    uploading: '{{name}}, {{percent}} por ciento enviado',
    failed: 'No se pudo enviar',
    retry: 'Intentar de nuevo',
  },
  error: {
    title: 'Algo salió mal',
    offline: 'Sin conexión. Lo que escribió se conserva; lo intentaremos de nuevo.',
    unavailable:
      'El servidor no está disponible en este momento. No se perdió nada; inténtelo de nuevo en un momento.',
    forbidden: 'No tiene permiso para hacer esto.',
    notFound: 'Esto ya no está aquí.',
    tryAgain: 'Intentar de nuevo',
    reference: 'Referencia para el administrador: {{id}}',
    dismiss: 'Cerrar',
  },
  confirm: { cancel: 'Cancelar' },
  size: { bytes: '{{count}} bytes', kb: '{{value}} KB', mb: '{{value}} MB' },
  shortcuts: { title: 'Atajos de teclado', close: 'Cerrar' },
  loading: 'Cargando',
};
