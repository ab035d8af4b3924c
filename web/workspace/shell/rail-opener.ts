import { createContext, useContext } from 'react';

/** Opens the rail where it is hidden. */
export const RailOpener = createContext<() => void>(() => {});

export const useRailOpener = () => useContext(RailOpener);
