import {
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

/** Ten steps of the action colour; step 7 is tokens.css `--action` in light, step 4 in dark. */
const care: MantineColorsTuple = [
  '#e4f2ef',
  '#cbe6e1',
  '#a3d5cc',
  '#78c8bb',
  '#4fc3b3',
  '#2fa294',
  '#178377',
  '#0b6b62',
  '#08564f',
  '#06413c',
];

/** Mantine's components in our tokens: sizes, radii and the two filled variants. */
export const theme = createTheme({
  primaryColor: 'care',
  primaryShade: { light: 7, dark: 4 },
  colors: { care },
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.3' },
  spacing: { xs: '4px', sm: '8px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: {
    fontFamily: 'var(--font)',
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '1.3' },
      h2: { fontSize: '16px', lineHeight: '1.4' },
      h3: { fontSize: '14px', lineHeight: '1.5' },
    },
  },
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    if (input.variant !== 'filled') return colors;
    if (input.color === 'red') {
      return { ...colors, background: 'var(--risk)', hover: 'var(--risk-strong)', color: 'var(--risk-ink)' };
    }
    return {
      ...colors,
      background: 'var(--action)',
      hover: 'var(--action-strong)',
      color: 'var(--action-ink)',
    };
  },
  components: {
    Button: { defaultProps: { size: 'sm', fw: 500 } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', allowDeselect: false } },
    Modal: {
      defaultProps: {
        centered: true,
        transitionProps: { duration: 120, transition: 'fade' },
        overlayProps: { backgroundOpacity: 0.4 },
      },
    },
    Drawer: {
      defaultProps: { transitionProps: { duration: 120 }, overlayProps: { backgroundOpacity: 0.4 } },
    },
    Popover: { defaultProps: { shadow: 'md', transitionProps: { duration: 100 } } },
    // A menu holds items and nothing else: no invisible place for the first focus.
    Menu: {
      defaultProps: {
        shadow: 'md',
        withInitialFocusPlaceholder: false,
        transitionProps: { duration: 100 },
      },
    },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 100 } } },
  },
});

const tokens = {
  '--mantine-color-body': 'var(--paper)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-anchor': 'var(--action)',
  '--mantine-color-error': 'var(--risk)',
  '--mantine-color-default': 'var(--paper)',
  '--mantine-color-default-hover': 'var(--wash)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-primary-color-filled': 'var(--action)',
  '--mantine-primary-color-filled-hover': 'var(--action-strong)',
  '--mantine-primary-color-contrast': 'var(--action-ink)',
  '--mantine-primary-color-light': 'var(--action-wash)',
  '--mantine-primary-color-light-color': 'var(--action)',
  '--mantine-color-care-filled': 'var(--action)',
  '--mantine-color-care-light': 'var(--action-wash)',
  '--mantine-color-care-light-color': 'var(--action)',
  '--mantine-color-care-outline': 'var(--action)',
  '--mantine-color-red-6': 'var(--risk)',
  '--mantine-color-red-text': 'var(--risk)',
  '--mantine-color-red-outline': 'var(--risk)',
  '--mantine-color-red-light': 'var(--risk-wash)',
  '--mantine-color-red-light-color': 'var(--risk)',
  '--mantine-shadow-md': 'var(--shadow)',
};

/** Hands Mantine our tokens for both schemes; tokens.css decides light and dark. */
export const themeVariables: CSSVariablesResolver = () => ({ variables: {}, light: tokens, dark: tokens });
