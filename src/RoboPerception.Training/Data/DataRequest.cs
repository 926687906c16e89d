using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>What part of a data set is wanted.</summary>
/// <param name="Path">Folder or file.</param>
/// <param name="Ids">Split or file of ids; null = what the format trains or validates on.</param>
/// <param name="Validation">Which of the two, where <paramref name="Ids"/> does not say.</param>
/// <param name="Classes">Number of classes; 0 = what the format's paper uses.</param>
internal sealed record DataRequest(string Path, string? Ids, bool Validation, int Classes)
{
    /// <summary>The ids asked for, or one of two defaults.</summary>
    public string IdsOr(string training, string validation) => Ids ?? (Validation ? validation : training);

    /// <summary>The number of classes asked for, or the default.</summary>
    /// <exception cref="UserErrorException">The format does not have so many.</exception>
    public int ClassesOr(string format, params ReadOnlySpan<int> possible)
    {
        if (Classes == 0 || possible.Contains(Classes))
        {
            return Classes == 0 ? possible[0] : Classes;
        }

        throw new UserErrorException(ExitCode.Usage, $"--classes {Classes}: {format} has {string.Join(", ", possible.ToArray())}.");
    }
}
