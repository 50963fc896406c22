import { grad, input, matmul, mean, print, relu, square, state, sub, sum, transpose } from "nabla/graph";
import { expect, it } from "vitest";

it("prints a graph and its gradient", () => {
  const x = input([2, 3], "x");
  const weight = state("weight", [4, 3], [1, 0]);
  const loss = mean(sum(square(sub(relu(matmul(x, transpose(weight))), 1)), 1));
  const [dWeight] = grad(loss, [weight]);
  expect(print({ loss, dWeight: dWeight! })).toMatchInlineSnapshot(`
    "%0 [2,3] = input name="x"
    %1 [4,3] = state name="weight" order=[1,0]
    %2 [3,4] = transpose %1 axes=[1,0]
    %3 [2,4] = matmul %0 %2
    %4 [2,4] = constant value=0
    %5 [2,4] = maximum %3 %4
    %6 [2,4] = constant value=1
    %7 [2,4] = sub %5 %6
    %8 [2,4] = mul %7 %7
    %9 [2,1] = sum %8 axes=[1]
    %10 [2] = reshape %9 shape=[2]
    %11 [1] = sum %10 axes=[0]
    %12 [] = reshape %11 shape=[]
    %13 [] = constant value=2
    %14 [] = div %12 %13
    %15 [3,2] = transpose %0 axes=[1,0]
    %16 [] = constant value=1
    %17 [] = constant value=2
    %18 [] = div %16 %17
    %19 [1] = reshape %18 shape=[1]
    %20 [2] = broadcast %19 shape=[2]
    %21 [2,1] = reshape %20 shape=[2,1]
    %22 [2,4] = broadcast %21 shape=[2,4]
    %23 [2,4] = mul %22 %7
    %24 [2,4] = mul %22 %7
    %25 [2,4] = add %23 %24
    %26 [2,4] = constant value=0
    %27 [2,4] = less %26 %5
    %28 [2,4] = mul %25 %27
    %29 [3,4] = matmul %15 %28
    %30 [4,3] = transpose %29 axes=[1,0]
    return loss = %14
    return dWeight = %30
    "
  `);
});
