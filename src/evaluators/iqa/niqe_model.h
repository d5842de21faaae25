// The parameters of NIQE: mean and covariance of 36 features over pristine pictures.
#pragma once

#include <Eigen/Core>
#include <filesystem>

namespace gallop::evaluators::iqa {

struct NiqeModel {
  Eigen::VectorXd mean;        // [36]
  Eigen::MatrixXd covariance;  // [36, 36]

  // Reads niqe_pris_params.npz. NotFound naming the file and its origin; FormatError, ModelError.
  static NiqeModel load(const std::filesystem::path& folder);
  // Distance of the pictures whose features are the rows from the pristine ones; rows with a NaN count only where they
  // have a number. NaN when fewer than two rows are whole.
  double distance(const Eigen::MatrixXd& rows) const;
};

}  // namespace gallop::evaluators::iqa
