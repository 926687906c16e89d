using System.Globalization;

namespace RoboPerception.Inference;

/// <summary>The first node of a graph whose output is another than it should be, though what it reads is right.</summary>
/// <param name="Node">Its name in the file.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Output">The tensor that differs.</param>
/// <param name="Difference">By how much: mean distance over mean size; infinite if it is no number.</param>
/// <param name="InputDifference">The same of what the node reads, the worst.</param>
/// <param name="Sessions">How many pairs of sessions it took.</param>
internal sealed record Divergence(string Node, string Operator, string Output, double Difference, double InputDifference, int Sessions)
{
    /// <summary>The line for a person.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"they part at node '{Node}' ({Operator}): its output '{Output}' differs by {Difference:P1} on the mean, what it reads by {InputDifference:P2} at most");
}
