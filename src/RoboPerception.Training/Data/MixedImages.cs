using RoboPerception.Core;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Data;

/// <summary>
/// All images of one set in every epoch, and beside them some of a second one: rendered rooms as company for a few hundred real ones, or photographs without labels.
/// Classes, tasks, views and normalisation are those of the first.
/// </summary>
internal sealed class MixedImages : ImageSource, IDisposable
{
    private readonly ImageSource main, company;

    /// <summary>Mixes two sets of one size.</summary>
    /// <param name="main">Shown whole in every epoch.</param>
    /// <param name="company">Shown in turn, so many an epoch that they make up the share.</param>
    /// <param name="share">Share of the second set in an epoch, 0 to 1, both left out.</param>
    /// <param name="option">The option that named the second set, for messages.</param>
    /// <exception cref="UserErrorException">The second set lacks classes or tasks of the first.</exception>
    public MixedImages(ImageSource main, ImageSource company, double share, string option = "--mix")
    {
        ArgumentNullException.ThrowIfNull(main);
        ArgumentNullException.ThrowIfNull(company);
        if (share is not (> 0 and < 1))
        {
            throw new UserErrorException(ExitCode.Usage, $"{option}-fraction must lie between 0 and 1, such as 0.25.");
        }

        if (company.Classes.Count != main.Classes.Count || main.Tasks.Any(task => !company.Tasks.Any(other => other.Key == task.Key)))
        {
            throw new UserErrorException(ExitCode.Usage, $"{option} holds {Describe(company)}, --data holds {Describe(main)}: a set that is mixed in needs the same classes and tasks.");
        }

        (this.main, this.company) = (main, company);
        CompanyCount = Math.Max((int)Math.Round(main.Count * share / (1 - share)), 1);
    }

    /// <summary>Images of the second set in an epoch.</summary>
    public int CompanyCount { get; }

    /// <inheritdoc/>
    public override int Count => main.Count + CompanyCount;

    /// <inheritdoc/>
    public override int Height => main.Height;

    /// <inheritdoc/>
    public override int Width => main.Width;

    /// <inheritdoc/>
    public override ClassMap Classes => main.Classes;

    /// <inheritdoc/>
    public override IReadOnlyList<TaskDescription> Tasks => main.Tasks;

    /// <inheritdoc/>
    public override AugmentationRule Augmentation => main.Augmentation;

    /// <inheritdoc/>
    public override ChannelStatistics? Statistics => main.Statistics;

    /// <inheritdoc/>
    public override bool AllowsManyReaders => main.AllowsManyReaders && company.AllowsManyReaders;

    /// <inheritdoc/>
    public override LabeledImage Read(int epoch, int place)
    {
        if (place < main.Count)
        {
            return main.Read(epoch, place);
        }

        var turn = ((long)epoch * CompanyCount) + place - main.Count;
        return company.Read((int)(turn / company.Count), (int)(turn % company.Count));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        (main as IDisposable)?.Dispose();
        (company as IDisposable)?.Dispose();
    }

    private static string Describe(ImageSource images) => $"{images.Classes.Count} classes and the tasks {string.Join(", ", images.Tasks.Select(task => task.Key))}";
}
