using RoboPerception.Core;

namespace RoboPerception.Capture;

/// <summary>
/// The camera that the views so far give, computed beside the search for boards, so that the person with the board sees whether what he does helps.
/// One computation at a time, of all views there are when it begins. For one thread; the result may be read by any.
/// </summary>
/// <param name="model">Lens model of REP-104.</param>
internal sealed class RunningCalibration(string model)
{
    private Task work = Task.CompletedTask;
    private int tried;
    private volatile CalibrationResult? result;

    /// <summary>The last result; null while there is none, or where the views determine no camera.</summary>
    public CalibrationResult? Result => result;

    /// <summary>Begins anew where there are other views than before, and enough.</summary>
    public void Offer(IReadOnlyList<TargetView> views)
    {
        if (views.Count < CameraCalibrator.FewestViews || views.Count == tried || !work.IsCompleted)
        {
            return;
        }

        tried = views.Count;
        TargetView[] copy = [.. views];
        work = Task.Run(() =>
        {
            try
            {
                result = CameraCalibrator.Calibrate(copy, model);
            }
            catch (UserErrorException)
            {
                // Views so far that determine none are no error: more are to come.
                result = null;
            }
        });
    }
}
