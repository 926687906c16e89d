using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Commands;

/// <summary>What a command line says about data.</summary>
/// <param name="Address">Folder, FORMAT:PATH or scene://samples.</param>
/// <param name="Ids">Training split or list of ids; null = what the format uses.</param>
/// <param name="ValidationIds">The same for validation; <c>none</c> = no validation.</param>
internal sealed record DataChoice(string Address, string? Ids, string? ValidationIds)
{
    /// <summary>Classes of the segmentation; 0 = what the format's paper uses.</summary>
    public int Classes { get; init; }

    /// <summary>What happens to damaged images.</summary>
    public DamagePolicy Damaged { get; init; } = DamagePolicy.Fail;

    /// <summary>How images of another shape are brought to the size asked for.</summary>
    public ResizeFit Fit { get; init; } = ResizeFit.Stretch;

    /// <summary>Whether rendered rooms are kept and shown again in every epoch, instead of new ones each time.</summary>
    public bool CacheScenes { get; init; }

    /// <summary>A second set that is mixed into the training images, and its share; null = none. Without a list of its own ids.</summary>
    public (string Address, double Share)? Mix { get; init; }

    /// <summary>A film or folder of images without ground truth that are shown beside the others, their share, and of a film every how many-th frame; null = none.</summary>
    public (string Path, double Share, int Stride)? Unlabelled { get; init; }

    /// <summary>Whether training images are decoded on the way.</summary>
    public bool Streamed { get; init; }

    /// <summary>Whether the label sets of <see cref="RoomClasses"/> are wanted beside the 13 classes of NYU.</summary>
    public bool Rooms { get; init; }

    /// <summary>At most so many training images, and a quarter as many to validate on; 0 = all.</summary>
    public int Limit { get; init; }

    /// <summary>The limit of validation images.</summary>
    public int ValidationLimit => Limit == 0 ? 0 : Math.Max(Limit / 4, 1);
}

/// <summary>The images of a run, opened from what a command line says.</summary>
internal sealed record TrainingData(ImageSource Images, ImageSet? Validation, string Name) : IDisposable
{
    internal static bool IsRendered(string address) => address.StartsWith(SceneImages.Address, StringComparison.Ordinal);

    /// <summary>Opens training and validation images at a size.</summary>
    /// <exception cref="UserErrorException">The data are missing or damaged.</exception>
    public static TrainingData Open(DataChoice choice, int height, int width, CancellationToken cancellation)
    {
        if (choice.Rooms)
        {
            var plain = Open(choice with { Rooms = false }, height, width, cancellation);
            return plain with { Images = RoomImages.Of(plain.Images), Validation = WithRooms(plain.Validation) };
        }

        if (choice.Unlabelled is var (path, fraction, stride))
        {
            var labelled = Open(choice with { Unlabelled = null }, height, width, cancellation);
            var without = UnlabelledImages.Open(labelled.Images, path, stride, cancellation);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{without.Count} images without ground truth from '{path}'"));
            return labelled with { Images = new MixedImages(labelled.Images, without, fraction, "--unlabelled"), Name = $"{labelled.Name} and {NameOf(path)} without ground truth" };
        }

        if (choice.Mix is var (address, share))
        {
            var main = Open(choice with { Mix = null }, height, width, cancellation);
            var company = Open(choice with { Mix = null, Address = address, Ids = null, ValidationIds = "none" }, height, width, cancellation);
            return main with { Images = new MixedImages(main.Images, company.Images, share), Name = $"{main.Name} and {company.Name}" };
        }

        if (IsRendered(choice.Address))
        {
            var (seed, count) = Rooms(choice);
            return new TrainingData(choice.CacheScenes ? Render(seed, count, height, width, choice.Fit) : new SceneImages(seed, count, height, width, choice.Fit), choice.ValidationIds == "none" ? null : RenderValidation(seed, count, height, width, choice.Fit), "rendered scenes");
        }

        var reader = Reader(choice, choice.Ids, validation: false, choice.Limit);
        ImageSource images = choice.Streamed
            ? DataArguments.Streamed(reader, (height, width), choice.Damaged)
            : DataArguments.Load(reader, (height, width), choice.Damaged, compare: false, cancellation);
        return new TrainingData(
            images,
            choice.ValidationIds == "none" ? null : Load(choice, choice.ValidationIds, height, width, cancellation),
            NameOf(choice.Address));
    }

    /// <summary>Opens the validation images of a run alone.</summary>
    /// <exception cref="UserErrorException">The data are missing or damaged.</exception>
    public static ImageSet OpenValidation(DataChoice choice, int height, int width, CancellationToken cancellation)
    {
        if (choice.Rooms)
        {
            return WithRooms(OpenValidation(choice with { Rooms = false }, height, width, cancellation))!;
        }

        if (IsRendered(choice.Address))
        {
            var (seed, count) = Rooms(choice);
            return RenderValidation(seed, count, height, width, choice.Fit);
        }

        return Load(choice, choice.ValidationIds, height, width, cancellation);
    }

    /// <summary>Opens images to measure on.</summary>
    /// <exception cref="UserErrorException">The data are missing or damaged.</exception>
    public static ImageSet Load(DataChoice choice, string? ids, int height, int width, CancellationToken cancellation)
    {
        if (choice.Rooms)
        {
            return WithRooms(Load(choice with { Rooms = false }, ids, height, width, cancellation))!;
        }

        if (IsRendered(choice.Address))
        {
            var (seed, count) = SceneImages.Parse(choice.Address);
            return Render(seed, count, height, width, choice.Fit);
        }

        var reader = Reader(choice, ids, validation: true, choice.ValidationLimit);
        return DataArguments.Load(reader, (height, width), choice.Damaged, compare: true, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => (Images as IDisposable)?.Dispose();

    private static ImageReader Reader(DataChoice choice, string? ids, bool validation, int limit) =>
        FittedImages.Of(SomeImages.Of(DataFormats.Open(new DataRequest(choice.Address, ids, validation, choice.Classes)), limit), choice.Fit);

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static (ulong Seed, int Count) Rooms(DataChoice choice)
    {
        var (seed, count) = SceneImages.Parse(choice.Address);
        return (seed, choice.Limit > 0 ? Math.Min(count, choice.Limit) : count);
    }

    private static ImageSet? WithRooms(ImageSet? images) => images is null ? null : (ImageSet)RoomImages.Of(images);

    /// <summary>Rooms of another seed, rendered once: a tenth of an epoch.</summary>
    private static ImageSet RenderValidation(ulong seed, int count, int height, int width, ResizeFit fit) => Render(~seed, Math.Clamp(count / 10, 1, 100), height, width, fit);

    private static ImageSet Render(ulong seed, int count, int height, int width, ResizeFit fit)
    {
        using var rooms = new SceneImages(seed, count, height, width, fit);
        return rooms.ToSet(count);
    }
}
