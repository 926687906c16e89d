using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Commands.Tables;

/// <summary>Opens the images of a table.</summary>
internal static class TableData
{
    /// <summary>
    /// Training and validation images. Rooms with the 13 classes of NYU stand in for streets where a table asks for other classes: they get label sets of
    /// as many (<see cref="RoomClasses"/>).
    /// </summary>
    /// <returns>The images, what chose them, and whether class sets are those of rooms.</returns>
    public static (TrainingData Data, DataChoice Choice, bool Rooms) Open(DataChoice choice, int height, int width, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var rendered = TrainingData.IsRendered(choice.Address);
        var rooms = rendered || DataFormats.Open(new DataRequest(choice.Address, choice.Ids, Validation: false, 0)).Classes == ClassMap.Nyu13;
        choice = rooms ? choice with { Classes = 0, Rooms = choice.Classes > 0 } : choice;
        var data = TrainingData.Open(choice, height, width, cancellation);
        if (data.Validation is null)
        {
            data.Dispose();
            throw new UserErrorException(ExitCode.Usage, "A table compares figures of validation images: leave --val-ids out, or name some.");
        }

        return (data, choice, rooms);
    }
}
