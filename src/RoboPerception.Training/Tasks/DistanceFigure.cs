namespace RoboPerception.Training.Tasks;

/// <summary>Depth errors of the pixels at about one true distance.</summary>
/// <param name="Distance">In metres, or units of inverse depth.</param>
/// <param name="Share">Of all pixels with a true depth.</param>
/// <param name="Absolute">Mean absolute error.</param>
/// <param name="Relative">Mean error as a share of the true distance.</param>
internal sealed record DistanceFigure(double Distance, double Share, double Absolute, double Relative);
