namespace RoboPerception.Training.Data;

/// <summary>Which views of its images a data set is trained with.</summary>
internal sealed record AugmentationRule
{
    /// <summary>Zooms to choose from, times the zoom that shows the whole image.</summary>
    public IReadOnlyList<double> Zooms { get; init; } = [1, 1.2, 1.5];

    /// <summary>Zooms between two numbers instead of the list.</summary>
    public (double Low, double High)? ZoomRange { get; init; }

    /// <summary>Whether an output smaller than the images keeps their pixels' scale for most samples, instead of always showing about the whole image.</summary>
    public bool KeepsScale { get; init; }

    /// <summary>Whether the view lies about the image's middle rather than at a random place.</summary>
    public bool Centred { get; init; }

    /// <summary>Largest turn either way in degrees.</summary>
    public double Rotation { get; init; }

    /// <summary>Whether half the samples are mirrored.</summary>
    public bool Mirrors { get; init; } = true;

    /// <summary>MTAN: a random crop at zoom 1, 1.2 or 1.5 (architectures.md section 6.1).</summary>
    public static AugmentationRule Mtan { get; } = new() { KeepsScale = true };

    /// <summary>MTI-Net on NYU Depth v2: the same zooms about the middle (section 6.3).</summary>
    public static AugmentationRule MtiNyu { get; } = new() { Centred = true };

    /// <summary>MTI-Net on PASCAL: turned by up to 20 degrees, zoomed by 0.75 to 1.25 about the middle (section 6.4).</summary>
    public static AugmentationRule MtiPascal { get; } = new() { Centred = true, ZoomRange = (0.75, 1.25), Rotation = 20 };

    /// <summary>Visual Decathlon, objects: a random square, mirrored (section 2.2).</summary>
    public static AugmentationRule RandomCrop { get; } = new() { Zooms = [1] };

    /// <summary>Visual Decathlon, signs and characters: the square in the middle, never mirrored.</summary>
    public static AugmentationRule CentreCrop { get; } = new() { Zooms = [1], Centred = true, Mirrors = false };
}
