install(TARGETS kindred RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET kindred_cuda)
  install(TARGETS kindred_cuda LIBRARY DESTINATION lib/kindred) # where the program looks for it
endif()
install(DIRECTORY data/mnist DESTINATION ${CMAKE_INSTALL_DATADIR}/kindred/data)
install(PROGRAMS data/fetch.sh DESTINATION ${CMAKE_INSTALL_DATADIR}/kindred/data)
install(DIRECTORY jobs/sweeps DESTINATION ${CMAKE_INSTALL_DATADIR}/kindred)
install(FILES README.md LICENSE CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
