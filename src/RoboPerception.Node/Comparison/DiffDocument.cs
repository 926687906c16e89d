namespace RoboPerception.Node.Comparison;

/// <summary>How a second model differs from the first over a replay; part of the replay's report. Shares are between 0 and 1.</summary>
/// <param name="Other">The second model's name.</param>
/// <param name="OtherId">As in frame headers.</param>
/// <param name="Provider">What ran it.</param>
/// <param name="Frames">Frames that were compared.</param>
/// <param name="Segmentation">Null: one of them has none.</param>
/// <param name="Depth">Null: one of them has none.</param>
/// <param name="Normals">Null: one of them has none.</param>
/// <param name="Worst">The frames of the contact sheet; null: none was asked for.</param>
internal sealed record DiffDocument(
    string Other, string OtherId, string Provider, long Frames, ClassesDifference? Segmentation, DepthDifference? Depth, NormalsDifference? Normals, IReadOnlyList<WorstFrame>? Worst);

/// <summary>Classes, matched by name.</summary>
/// <param name="Pixels">Pixels that either model names.</param>
/// <param name="Changed">Share of them whose class is another.</param>
/// <param name="Classes">By class of the first model.</param>
/// <param name="Confusion">Pixels by both.</param>
internal sealed record ClassesDifference(long Pixels, double Changed, IReadOnlyList<ClassDifference> Classes, ConfusionMatrix Confusion);

/// <summary>A class of the first model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Share">Share of the pixels that the first model gives it.</param>
/// <param name="OtherShare">Share that the second gives it.</param>
/// <param name="Changed">Share of the first model's pixels that the second calls something else; null: it has none.</param>
/// <param name="Becomes">What those are called, as shares of the first model's pixels of this class, most frequent first.</param>
internal sealed record ClassDifference(string Name, double Share, double OtherShare, double? Changed, IReadOnlyDictionary<string, double> Becomes);

/// <summary>Pixels by the class that each model gives them.</summary>
/// <param name="Rows">The first model's classes.</param>
/// <param name="Columns">The second's.</param>
/// <param name="Pixels">[rows][columns].</param>
internal sealed record ConfusionMatrix(IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<long>> Pixels);

/// <summary>Depth, over the pixels where both models have one.</summary>
/// <param name="Pixels">How many those are.</param>
/// <param name="OnlyOne">Pixels where one of them has none.</param>
/// <param name="Abs">Mean of |b - a|, metres.</param>
/// <param name="Rel">Mean of |b - a| / a.</param>
/// <param name="Bias">Mean of b - a, metres.</param>
/// <param name="Bins">By the first model's distance.</param>
internal sealed record DepthDifference(long Pixels, long OnlyOne, double Abs, double Rel, double Bias, IReadOnlyList<DepthDifferenceBin> Bins);

/// <summary>One metre of distance.</summary>
/// <param name="From">Metres.</param>
/// <param name="To">Metres; null: without end.</param>
/// <param name="Pixels">Pixels in it.</param>
/// <param name="Abs">Mean of |b - a|, metres.</param>
/// <param name="Rel">Mean of |b - a| / a.</param>
/// <param name="Bias">Mean of b - a, metres.</param>
internal sealed record DepthDifferenceBin(int From, int? To, long Pixels, double Abs, double Rel, double Bias);

/// <summary>Angles between the normals.</summary>
/// <param name="Pixels">Pixels where both have one.</param>
/// <param name="MeanDegrees">Their mean.</param>
/// <param name="MedianDegrees">Their median, to a tenth.</param>
/// <param name="Over30">Share of them over 30 degrees.</param>
internal sealed record NormalsDifference(long Pixels, double MeanDegrees, double MedianDegrees, double Over30);

/// <summary>A frame that differs much.</summary>
/// <param name="Frame">Its number.</param>
/// <param name="Changed">Share of the pixels whose class is another.</param>
/// <param name="Rel">Mean relative difference of depth.</param>
/// <param name="Degrees">Mean angle between the normals.</param>
internal sealed record WorstFrame(long Frame, double? Changed, double? Rel, double? Degrees);
