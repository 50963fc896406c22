/** Directions of most variance, most first. */
export interface Directions {
  /** [found, features], orthonormal rows. */
  readonly components: Float64Array;
  readonly singularValues: Float64Array;
}
