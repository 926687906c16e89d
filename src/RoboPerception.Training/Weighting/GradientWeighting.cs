using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoboPerception.Training.Weighting;

/// <summary>Factors of the tasks' gradients.</summary>
/// <param name="Shared">Over the parameters that several tasks use.</param>
/// <param name="Own">Over the parameters that one task alone uses.</param>
internal readonly record struct GradientFactors(double[] Shared, double[] Own);

/// <summary>
/// A scheme that looks at every task's own gradient. Each of them follows a linear combination of the task gradients over the shared
/// parameters, whose factors depend only on the gradients' inner products; so the tasks are walked back one after the other, the graph is
/// released with the last, and a scheme is a function of a matrix of K by K numbers. A parameter is shared where more than one
/// task has a gradient.
/// </summary>
internal abstract class GradientWeighting : ITaskWeighting
{
    private readonly Parameter[] parameters;

    /// <summary>Works on the trainable parameters of a network.</summary>
    protected GradientWeighting(PerceptionNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        parameters = [.. network.parameters().Where(parameter => parameter.requires_grad)];
        Weights = [.. Enumerable.Repeat(1.0, network.SupervisedTasks.Count)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Weights { get; private set; }

    /// <inheritdoc/>
    public bool ReplacesGradients => true;

    /// <inheritdoc/>
    public virtual IReadOnlyList<double> State
    {
        get => [];
        set { }
    }

    /// <inheritdoc/>
    public virtual void EndEpoch(IReadOnlyList<double> meanLosses)
    {
    }

    /// <inheritdoc/>
    public void Backward(IReadOnlyList<Tensor> losses, long stepsDone)
    {
        ArgumentNullException.ThrowIfNull(losses);
        using var scope = NewDisposeScope();
        var tasks = losses.Count;
        Tensor?[][] gradients = [.. Enumerable.Range(0, tasks).Select(k => Walk(losses[k], last: k == tasks - 1))];
        using var noGradients = no_grad();
        int[][] users = [.. Enumerable.Range(0, parameters.Length).Select(p => Enumerable.Range(0, tasks).Where(k => gradients[k][p] is not null).ToArray())];
        var factors = Factors(Products(gradients, users), Scalars.Read(losses), stepsDone);
        Weights = factors.Shared;
        for (var p = 0; p < parameters.Length; p++)
        {
            if (users[p].Length == 0)
            {
                continue;
            }

            var chosen = users[p].Length > 1 ? factors.Shared : factors.Own;
            var sum = gradients[users[p][0]][p]! * HeldScalar.Of(chosen[users[p][0]]);
            foreach (var k in users[p].Skip(1))
            {
                sum.add_(gradients[k][p]!, HeldScalar.Of(chosen[k]));
            }

            parameters[p].grad = sum;
        }
    }

    /// <summary>
    /// The gradients of one task, null where it does not use a parameter. Not by <c>autograd.grad</c>: what that returns for unused parameters is a
    /// tensor without a value, which TorchSharp counts and never lets go.
    /// </summary>
    private Tensor?[] Walk(Tensor loss, bool last)
    {
        Gradients.Forget(parameters);
        loss.backward(retain_graph: !last);
        Tensor?[] own = [.. parameters.Select(parameter => parameter.grad)];
        Gradients.Forget(parameters);
        return own;
    }

    /// <summary>The factors of one step.</summary>
    /// <param name="products">Inner products of the task gradients over the shared parameters (K,K).</param>
    /// <param name="losses">Losses of the tasks.</param>
    /// <param name="stepsDone">Steps done before in the whole run.</param>
    public abstract GradientFactors Factors(double[,] products, IReadOnlyList<double> losses, long stepsDone);

    /// <summary>One for every task.</summary>
    protected static double[] Ones(int tasks) => [.. Enumerable.Repeat(1.0, tasks)];

    private static double[,] Products(Tensor?[][] gradients, int[][] users)
    {
        using var scope = NewDisposeScope();
        var tasks = gradients.Length;
        int[] shared = [.. Enumerable.Range(0, users.Length).Where(p => users[p].Length > 1)];
        if (shared.Length == 0)
        {
            return new double[tasks, tasks];
        }

        Tensor[] flat = [.. gradients.Select((own, k) => cat([.. shared.Select(p => (own[p] ?? zeros_like(gradients[users[p][0]][p]!)).flatten())]))];
        var products = new double[tasks, tasks];
        (int I, int J)[] pairs = [.. Enumerable.Range(0, tasks).SelectMany(i => Enumerable.Range(i, tasks - i).Select(j => (i, j)))];
        foreach (var ((i, j), product) in pairs.Zip(Scalars.Read([.. pairs.Select(pair => flat[pair.I].dot(flat[pair.J]))])))
        {
            products[i, j] = products[j, i] = product;
        }

        return products;
    }
}
