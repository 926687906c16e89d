namespace RoboPerception.Training.Weighting;

/// <summary>Linear algebra for matrices of the size "tasks by tasks".</summary>
internal static class SmallMath
{
    /// <summary>exp(x) over its sum.</summary>
    public static double[] Softmax(IReadOnlyList<double> values)
    {
        var largest = values.Max();
        double[] exponentials = [.. values.Select(value => Math.Exp(value - largest))];
        var sum = exponentials.Sum();
        return [.. exponentials.Select(value => value / sum)];
    }

    /// <summary>a times x.</summary>
    public static double[] Multiply(double[,] a, ReadOnlySpan<double> x)
    {
        var result = new double[a.GetLength(0)];
        for (var i = 0; i < result.Length; i++)
        {
            for (var j = 0; j < x.Length; j++)
            {
                result[i] += a[i, j] * x[j];
            }
        }

        return result;
    }

    /// <summary>Sum of products.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>The x of a x = b by elimination with row exchange; null if the matrix is singular.</summary>
    public static double[]? Solve(double[,] a, ReadOnlySpan<double> b)
    {
        var n = b.Length;
        var m = (double[,])a.Clone();
        var x = b.ToArray();
        for (var column = 0; column < n; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < n; row++)
            {
                pivot = Math.Abs(m[row, column]) > Math.Abs(m[pivot, column]) ? row : pivot;
            }

            if (Math.Abs(m[pivot, column]) < 1e-300 || !double.IsFinite(m[pivot, column]))
            {
                return null;
            }

            for (var k = 0; k < n; k++)
            {
                (m[column, k], m[pivot, k]) = (m[pivot, k], m[column, k]);
            }

            (x[column], x[pivot]) = (x[pivot], x[column]);
            for (var row = column + 1; row < n; row++)
            {
                var factor = m[row, column] / m[column, column];
                for (var k = column; k < n; k++)
                {
                    m[row, k] -= factor * m[column, k];
                }

                x[row] -= factor * x[column];
            }
        }

        for (var row = n - 1; row >= 0; row--)
        {
            for (var k = row + 1; k < n; k++)
            {
                x[row] -= m[row, k] * x[k];
            }

            x[row] /= m[row, row];
        }

        return x;
    }

    /// <summary>Eigenvalues and eigenvectors (columns) of a symmetric matrix by Jacobi's rotations.</summary>
    public static (double[] Values, double[,] Vectors) Eigen(double[,] symmetric)
    {
        const int sweeps = 50;
        var n = symmetric.GetLength(0);
        var a = (double[,])symmetric.Clone();
        var v = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            v[i, i] = 1;
        }

        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            for (var p = 0; p < n; p++)
            {
                for (var q = p + 1; q < n; q++)
                {
                    if (a[p, q] != 0)
                    {
                        Rotate(a, v, p, q);
                    }
                }
            }
        }

        return ([.. Enumerable.Range(0, n).Select(i => a[i, i])], v);
    }

    private static void Rotate(double[,] a, double[,] v, int p, int q)
    {
        var theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        var n = a.GetLength(0);
        for (var k = 0; k < n; k++)
        {
            (a[k, p], a[k, q]) = ((c * a[k, p]) - (s * a[k, q]), (s * a[k, p]) + (c * a[k, q]));
        }

        for (var k = 0; k < n; k++)
        {
            (a[p, k], a[q, k]) = ((c * a[p, k]) - (s * a[q, k]), (s * a[p, k]) + (c * a[q, k]));
            (v[k, p], v[k, q]) = ((c * v[k, p]) - (s * v[k, q]), (s * v[k, p]) + (c * v[k, q]));
        }
    }
}
